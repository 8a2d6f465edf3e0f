import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterAll, afterEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { Workspace } from "./workspace.ts";

const CONTENT = '{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/etc/hostname","contents":{"source":"data:,core1"}}]}}';
const SCRIPT = "#!/bin/bash\n# combustion: network\necho core1 >/etc/hostname\n";
const FOLDER = "/var/lib/libvirt/first-boot";

describeWithHosts("libvirt_ignition and libvirt_combustion", () => {
  let work: Workspace;
  const cache = mkdtempSync(join(tmpdir(), "cdkvm-ignition-"));
  test.beforeAll(async ({ host }) => {
    process.env["XDG_CACHE_HOME"] = process.env["XDG_STATE_HOME"] = cache;
    work = await Workspace.open(host.uri);
  });
  afterEach(() => work.destroy());
  afterAll(async () => {
    delete process.env["XDG_CACHE_HOME"];
    delete process.env["XDG_STATE_HOME"];
    rmSync(cache, { recursive: true, force: true });
    await work.remove();
  });

  const pathOf = async (type: string): Promise<string> => {
    const { resources } = await work.engine.state();
    return String(resources.find((one) => one.type === type)?.values["path"]);
  };

  test(
    "are read back from volumes created from them, and are recreated wherever they are missing",
    { timeout: 90_000 },
    async ({ host }) => {
      const volume = (name: string, of: string): Record<string, unknown> => ({
        name,
        pool: "${libvirt_pool.p.name}",
        create: { content: { url: `\${${of}.path}` } },
      });
      const write = (content: string): Promise<void> =>
        work.write({
          libvirt_pool: { p: { name: "first-boot", type: "dir", target: { path: FOLDER } } },
          libvirt_ignition: { core: { name: "core1", content } },
          libvirt_combustion: { micro: { name: "micro1", content: SCRIPT } },
          libvirt_volume: {
            core: volume("core1.ign", "libvirt_ignition.core"),
            micro: volume("micro1.iso", "libvirt_combustion.micro"),
          },
          libvirt_domain: {
            core: {
              name: "core1",
              type: "qemu",
              memory: 64,
              memory_unit: "MiB",
              os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
              sys_info: [{ fw_cfg: { entry: [{ name: "opt/com.coreos/config", value: "", file: "${libvirt_volume.core.path}" }] } }],
            },
          },
        });
      await write(CONTENT);
      await work.apply();
      expect(await host.readFile(`${FOLDER}/core1.ign`)).toBe(CONTENT);
      expect(await host.virsh("dumpxml", "core1")).toContain(`<entry name='opt/com.coreos/config' file='${FOLDER}/core1.ign'/>`);
      expect((await host.exec("blkid", ["-o", "export", `${FOLDER}/micro1.iso`])).stdout).toMatch(/LABEL=combustion[^]*TYPE=iso9660/);
      const copy = join(cache, "micro1.iso");
      writeFileSync(copy, Buffer.from((await host.exec("base64", ["-w0", `${FOLDER}/micro1.iso`])).stdout, "base64"));
      expect(execFileSync("isoinfo", ["-R", "-x", "/combustion/script", "-i", copy], { encoding: "utf8" })).toBe(SCRIPT);
      expect((await work.plan()).actions).toEqual([]);

      const path = await pathOf("libvirt_ignition");
      rmSync(path);
      expect((await work.plan()).actions).toEqual([]);
      expect(readFileSync(path, "utf8")).toBe(CONTENT);

      await write(CONTENT.replace("core1", "core2"));
      const plan = await work.plan();
      expect(plan.actions.sort()).toEqual([
        "delete-create libvirt_ignition.core",
        "delete-create libvirt_volume.core",
        "update libvirt_domain.core", // its path is known when the volume is there
      ]);
      expect(plan.warnings).toEqual([]);
      await work.apply();
      expect(await host.readFile(`${FOLDER}/core1.ign`)).toContain("core2");
      expect((await work.plan()).actions).toEqual([]);
    },
  );

  test("refuse at plan time what Ignition would refuse at boot", { timeout: 60_000 }, async () => {
    await work.write({ libvirt_ignition: { core: { name: "core1", content: "variant: fcos\nversion: 1.5.0\n" } } });
    const [error] = await work.failingPlan();
    expect(error?.summary).toBe("The content is not JSON");
    expect(error?.detail).toContain("butane");
    await work.write({});
  });
});
