import { describe, expect, test } from "vitest";
import type { PlannedChange } from "../../../attributes/plan.ts";
import { parseXml } from "../../../model/xml.ts";
import type { Values } from "../../../model/values.ts";
import { unpluggable } from "../../../provider/domain/devices/plugs.ts";

const port = (index: number, more = ""): string =>
  `<controller type='pci' index='${index}' model='pcie-root-port'>${more}<address type='pci' bus='0x00' slot='0x01'/></controller>`;
const on = (bus: number): string => `<address type='pci' domain='0x0000' bus='0x${bus.toString(16)}' slot='0x00' function='0x0'/>`;
const nicOn = (bus: number, mac = "52:54:00:00:00:01"): string => `<interface type='network'><mac address='${mac}'/>${on(bus)}</interface>`;
const live = (root: string, devices: string, more = "<features><acpi/></features>", arch = "x86_64") =>
  parseXml(
    `<domain><os><type arch='${arch}'>hvm</type></os>${more}<devices><controller type='pci' index='0' model='${root}'/>${devices}</devices></domain>`,
  );

const disk = (dev: string, bus: string | null = "virtio"): Values => ({ target: { dev, bus } });
const nic = (mac: string, type = "virtio"): Values => ({ mac: { address: mac }, model: { type } });
let next = 0;
const comes = (list: string, after: Values): PlannedChange => ({ path: ["devices", list, next++], change: "live", before: null, after });
const goes = (list: string, before: Values): PlannedChange => ({ path: ["devices", list, next++], change: "live", before, after: null });

const found = (changes: readonly PlannedChange[], guest: ReturnType<typeof live>): string[] =>
  unpluggable(changes, guest).map(({ because }) => because);

describe("a running guest", () => {
  const NONE = "no PCI slot is free";

  test("of a PCI Express machine has a slot for each free root port", () => {
    const guest = live("pcie-root", `${port(1)}${port(2)}${port(3)}${nicOn(1)}`);
    expect(found([comes("disks", disk("vdb")), comes("interfaces", nic("52:54:00:00:00:02"))], guest)).toEqual([]);
    expect(found([comes("disks", disk("vdb")), comes("disks", disk("vdc")), comes("disks", disk("vdd"))], guest)).toEqual([NONE]);
  });

  test("has no slot in a port without hot-plug, and one more for each device that the same apply removes", () => {
    const full = live("pcie-root", `${port(1)}${port(2, "<target hotplug='off'/>")}${nicOn(1)}`);
    expect(found([comes("disks", disk("vdb"))], full)).toEqual([NONE]);
    expect(found([comes("disks", disk("vdb")), goes("interfaces", nic("52:54:00:00:00:01"))], full)).toEqual([]);
  });

  test("needs no slot for a device on USB or on an existing SCSI controller", () => {
    const full = live("pcie-root", `${port(1)}${nicOn(1)}`);
    expect(found([comes("disks", disk("sda", "usb")), comes("interfaces", nic("52:54:00:00:00:02", "usb-net"))], full)).toEqual([]);
    expect(found([comes("disks", disk("sda", "scsi"))], full)).toEqual([NONE]);
    const scsi = live("pcie-root", `${port(1)}${nicOn(1)}<controller type='scsi' index='0'>${on(0)}</controller>`);
    expect(found([comes("disks", disk("sda", "scsi"))], scsi)).toEqual([]);
    expect(found([comes("hostdevs", { subsys_usb: {} })], full)).toEqual([]);
    expect(found([comes("hostdevs", { subsys_pci: {} })], full)).toEqual([NONE]);
  });

  test("of a PCI Express machine has room for an older network card only on a bridge", () => {
    const old = [comes("interfaces", nic("52:54:00:00:00:02", "e1000")), comes("interfaces", { mac: { address: "52:54:00:00:00:03" } })];
    expect(found(old, live("pcie-root", port(1)))).toEqual([NONE, NONE]);
    const bridge = `<controller type='pci' index='2' model='pcie-to-pci-bridge'>${on(1)}</controller>`;
    expect(found(old, live("pcie-root", port(1) + bridge))).toEqual([]);
    expect(found([goes("interfaces", nic("52:54:00:00:00:01"))], live("pcie-root", port(1) + bridge + nicOn(2)))).toEqual([]);
    expect(found(old, live("pci-root", ""))).toEqual([]);
  });

  test("of a PCI Express machine keeps the devices on its board", () => {
    expect(found([goes("interfaces", nic("52:54:00:00:00:01"))], live("pcie-root", nicOn(0)))).toEqual([
      "it is on the root bus, which does not support hot-plug",
    ]);
  });

  test("cannot plug or unplug devices on a bus without hot-plug", () => {
    const guest = live("pci-root", "<disk><target dev='sda' bus='sata'/></disk>");
    expect(found([comes("disks", disk("sdb", "sata"))], guest)).toEqual(["sata does not support hot-plug"]);
    expect(found([goes("disks", disk("sda", "sata"))], guest)).toEqual(["sata does not support hot-plug"]);
    expect(found([comes("disks", disk("hda", null))], guest)).toEqual(["ide does not support hot-plug"]);
  });

  test("that is a PC without ACPI accepts no PCI device; other machines need no ACPI", () => {
    const change = [comes("disks", disk("vdb"))];
    expect(found(change, live("pci-root", ""))).toEqual([]);
    expect(found(change, live("pci-root", "", ""))).toEqual(["a PC without ACPI does not support PCI hot-plug"]);
    expect(found(change, live("pci-root", "", "", "ppc64"))).toEqual([]);
    expect(found(change, parseXml("<domain><devices/></domain>"))).toEqual([]);
  });

  test("that already has the device, or no longer has it, needs no plugging or unplugging", () => {
    const full = live("pcie-root", `${port(1)}${nicOn(1)}<disk><target dev='vdb'/></disk>`);
    expect(found([comes("disks", disk("vdb"))], full)).toEqual([]);
    expect(found([goes("disks", disk("sdx", "sata"))], full)).toEqual([]);
  });
});
