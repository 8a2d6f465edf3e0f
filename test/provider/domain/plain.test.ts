import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plainDomain } from "../../../provider/domain/observing/plain.ts";
import { readXml } from "../../../libvirt/codec/read.ts";
import { writeXml } from "../../../libvirt/codec/write.ts";
import { parseXml, serializeXml } from "../../../model/xml.ts";
import { domain } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";

const pair = (name: string): { config: Values; kept: string } => {
  const read = (ending: string): string => readFileSync(new URL(`../../fixtures/pairs/domain.${name}.${ending}`, import.meta.url), "utf8");
  return { config: JSON.parse(read("json")) as Values, kept: read("xml") };
};

test("a minimal guest is imported as a person would write it", () => {
  const { config, kept } = pair("minimal");
  const { uuid: _, ...plain } = plainDomain(readXml(domain, parseXml(kept)));
  expect(plain).toEqual({ ...config, os: { type: "hvm", type_arch: "x86_64", type_machine: "pc-q35-7.2" } });
});

test("devices lose what libvirt assigned, and keep what was configured", () => {
  const { kept } = pair("disk_volume_file_cdrom");
  const { devices } = plainDomain(readXml(domain, parseXml(kept)));
  expect(devices).toMatchObject({ controllers: [{ type: "scsi", index: 0, model: "virtio-scsi" }] });
  expect(JSON.stringify(devices)).not.toMatch(/"address"|"alias"|"inputs"|"audios"/);
});

test("QEMU's own arguments keep their namespace in both directions", () => {
  const values: Values = { type: "qemu", name: "a", qemu_commandline: { args: [{ value: "-S" }], envs: [{ name: "A", value: "b" }] } };
  const xml = serializeXml(writeXml(domain, values));
  expect(xml).toContain('xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"');
  expect(xml).toContain('<qemu:commandline><qemu:arg value="-S"/><qemu:env name="A" value="b"/></qemu:commandline>');
  expect(readXml(domain, parseXml(xml))).toMatchObject(values);
});

test("host devices are distinguished by mode and type", () => {
  const source = { address: { domain: 0, bus: 1, slot: 0, function: 0 } };
  const values: Values = {
    type: "kvm",
    name: "a",
    devices: {
      hostdevs: [{ managed: true, subsys_pci: { source } }, { subsys_usb: { source: { vendor: { id: "0x1" }, product: { id: "0x2" } } } }],
    },
  };
  const xml = serializeXml(writeXml(domain, values));
  expect(xml).toContain('mode="subsystem" type="pci"');
  expect(xml).toContain('mode="subsystem" type="usb"');
  expect(readXml(domain, parseXml(xml))).toMatchObject(values);
});

const plainDevices = (devices: string, machine = "q35"): unknown =>
  plainDomain(
    readXml(
      domain,
      parseXml(
        `<domain type="qemu"><name>a</name><os><type arch="x86_64" machine="pc-${machine}-7.2">hvm</type></os><devices>${devices}</devices></domain>`,
      ),
    ),
  )["devices"];

test("a USB 2 controller is kept with its companions, and so is one that libvirt would not have chosen", () => {
  const ehci = `<controller type="usb" index="0" model="ich9-ehci1"/><controller type="usb" index="0" model="ich9-uhci1"><master startport="0"/></controller>`;
  expect(plainDevices(ehci)).toMatchObject({ controllers: [{ model: "ich9-ehci1" }, { model: "ich9-uhci1" }] });
  const one = (model: string): string => `<controller type="usb" index="0" model="${model}"/>`;
  expect(plainDevices(one("nec-xhci"))).toMatchObject({ controllers: [{ model: "nec-xhci" }] });
  expect(plainDevices(one("qemu-xhci"))).toBeUndefined();
  expect(plainDevices(one("piix3-uhci"), "i440fx")).toBeUndefined();
});

test("configured bridges are kept, those that libvirt numbered are removed", () => {
  const port = (more: string): string =>
    `<controller type="pci" index="1" model="pcie-root-port"><model name="pcie-root-port"/><target chassis="1" port="0x8"${more}/></controller>`;
  expect(plainDevices(port(""))).toBeUndefined();
  expect(plainDevices(port(` hotplug="off"`))).toMatchObject({ controllers: [{ index: 1, pci: { target: { hotplug: "off" } } }] });
  expect(
    plainDevices(`<controller type="pci" index="0" model="pcie-root"><pcihole64 unit="KiB">1024</pcihole64></controller>`),
  ).toMatchObject({
    controllers: [{ model: "pcie-root" }],
  });
});

test("a virtio port without a name is still a port, several serial ports keep their numbers, consoles lose libvirt's", () => {
  expect(plainDevices(`<channel type="pty"><target type="virtio"/></channel>`)).toMatchObject({ channels: [{ target: { virt_io: {} } }] });
  const serial = (port: number): string => `<serial type="pty"><target type="isa-serial" port="${port}"/></serial>`;
  expect(plainDevices(serial(1) + serial(0))).toMatchObject({ serials: [{ target: { port: 1 } }, { target: { port: 0 } }] });
  expect(plainDevices(`<console type="pty"><target type="virtio" port="2"/></console>`)).toMatchObject({
    consoles: [{ target: { type: "virtio" } }],
  });
  expect(JSON.stringify(plainDevices(`<console type="pty"><target type="virtio" port="2"/></console>`))).not.toContain("port");
});

test("features keep the model that they are added to, and a chosen file of UEFI variables stays", () => {
  const guest = (markup: string): Values => plainDomain(readXml(domain, parseXml(`<domain type="qemu"><name>a</name>${markup}</domain>`)));
  const cpu = (features: string): Values =>
    guest(`<cpu mode="custom" match="exact" check="none"><model fallback="forbid">qemu64</model>${features}</cpu>`);
  expect(cpu(`<feature policy="require" name="x2apic"/>`)["cpu"]).toMatchObject({
    mode: "custom",
    model: "qemu64",
    model_fallback: "forbid",
  });
  expect(cpu("")["cpu"]).toBeUndefined();
  const nvram = (path: string): unknown => guest(`<os firmware="efi"><type>hvm</type><nvram>${path}</nvram></os>`)["os"];
  expect(nvram("/srv/a_VARS.fd")).toMatchObject({ nv_ram: { nv_ram: "/srv/a_VARS.fd" } });
  expect(nvram("/var/lib/libvirt/qemu/nvram/a_VARS.fd")).toEqual({ firmware: "efi", type: "hvm" });
});
