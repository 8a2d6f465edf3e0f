import { expect, test } from "vitest";
import type { Values } from "../../../model/values.ts";
import { isDefault } from "../../../provider/domain/planning/defaults.ts";

const guest = (devices: Values, more: Values = {}): Values => ({
  os: { type_arch: "x86_64", type_machine: "pc-q35-7.2" },
  ...more,
  devices,
});
const isFilledIn = (path: readonly (string | number)[], of: Values): boolean => isDefault(path, of, of);

test("removing a value that equals what libvirt fills in is no change", () => {
  const of = guest({ disks: [{ device: "disk", target: { dev: "vda", bus: "virtio" } }] }, { on_crash: "destroy", cpu: { check: "full" } });
  expect(isFilledIn(["on_crash"], of)).toBe(true);
  expect(isFilledIn(["cpu", "check"], of)).toBe(false);
  expect(isFilledIn(["devices", "disks", 0, "device"], of)).toBe(true);
  expect(isFilledIn(["devices", "disks", 0, "target", "bus"], of)).toBe(true);
  expect(isFilledIn(["devices", "disks", 0, "target", "bus"], guest({ disks: [{ target: { dev: "sda", bus: "usb" } }] }))).toBe(false);
});

test("a display that listens on loopback is the default, and one that listens elsewhere is not", () => {
  const display = (address: string): Values =>
    guest({ graphics: [{ vnc: { auto_port: true, listen: address, listeners: [{ address: { address } }] } }] });
  const item = ["devices", "graphics", 0, "vnc", "listeners", 0];
  expect(isFilledIn(item, display("127.0.0.1"))).toBe(true);
  expect(isFilledIn(item, display("0.0.0.0"))).toBe(false);
  expect(isFilledIn(["devices", "graphics", 0, "vnc", "listen"], display("0.0.0.0"))).toBe(false);
});

test("of whole devices, those of the board are the default", () => {
  const of = guest({ controllers: [{ type: "usb", index: 0 }, { type: "scsi", index: 0 }], panics: [{ model: "isa" }] }); // prettier-ignore
  expect(isFilledIn(["devices", "controllers", 0], of)).toBe(true);
  expect(isFilledIn(["devices", "controllers", 1], of)).toBe(false);
  expect(isFilledIn(["devices", "panics", 0], of)).toBe(false);
  expect(isFilledIn(["devices", "panics", 0, "model"], of)).toBe(true);
});
