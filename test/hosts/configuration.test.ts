import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { write } from "../cli/cdkvm.ts";
import { copyConfiguration } from "./configuration.ts";

test.each([
  [false, []],
  [true, ["qemu/networks/autostart/default.xml", "qemu/networks/default.xml"]],
])("a test host has nothing of the machine's own libvirt except the default network (%s)", async (defaultNetwork, networks) => {
  const base = mkdtempSync(join(tmpdir(), "cdkvm-etc-"));
  onTestFinished(() => rmSync(base, { recursive: true }));
  const packaged = ["libvirtd.conf", "nwfilter/clean-traffic.xml", "qemu.conf"];
  const defined = ["qemu/web1.xml", "qemu/autostart/web1.xml", "qemu/networks/lab.xml", "storage/lab.xml", "secrets/a.xml", "hooks/qemu"];
  for (const path of [...packaged, ...defined, "qemu/networks/default.xml"]) write(join(base, "from"), { [path]: path });
  await copyConfiguration(join(base, "from"), join(base, "to"), { defaultNetwork });
  const files = readdirSync(join(base, "to"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(base.length + 4));
  expect(paths.toSorted()).toEqual([...packaged, ...networks].toSorted());
});
