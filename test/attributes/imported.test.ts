import { expect, test } from "vitest";
import { shownAs, unsaid, withoutOpen, withUntold } from "../../attributes/imported.ts";
import { complete } from "../../attributes/complete.ts";
import { domain as table } from "../../model/domain/index.ts";
import type { Values } from "../../model/values.ts";

const values = (some: Values): Values => complete(table, { name: "web1", ...some });
const disk = (dev: string, more: Values = {}): Values => ({ target: { dev }, ...more });

test("an unset attribute is no loss, but a disk missing from a list is", () => {
  const wanted = values({ memory: 1, devices: { disks: [disk("vda")] } });
  const found = values({
    memory: 1,
    memory_unit: "GiB",
    vcpu: 2,
    clock: { offset: "utc" },
    devices: { disks: [disk("vda"), disk("vdb")], videos: [{}] },
  });
  expect(withoutOpen(table, wanted, found)).toEqual(
    values({ memory: 1, memory_unit: "GiB", devices: { disks: [disk("vda"), disk("vdb")] } }),
  );
});

test("a value that libvirt cannot report comes from the state, or is still to be recorded", () => {
  const wanted = values({ restart: "never", autostart: true });
  expect(withUntold(table, values({ autostart: false }), wanted)).toMatchObject({ restart: null, autostart: false });
});

test("the plan shows the changes, and everything else as spelled in the state", () => {
  const prior = values({
    memory: 1,
    memory_unit: "GiB",
    title: null,
    devices: { disks: [disk("vda")], serials: [{ source: { pty: {} } }] },
  });
  const found = values({ memory: 1024, memory_unit: "MiB", devices: { disks: [disk("vda", { device: "disk" })] } });
  const planned = values({
    memory: 1024,
    memory_unit: "MiB",
    title: "Front end",
    devices: { disks: [disk("vda", { device: "disk", serial: "S" })] },
  });
  expect(shownAs(table, prior, found, planned)).toEqual(
    values({ ...prior, title: "Front end", devices: { disks: [disk("vda", { serial: "S" })], serials: [{ source: { pty: {} } }] } }),
  );
  expect(unsaid(table, prior, found)).toEqual([["devices", "serials"]]);
});
