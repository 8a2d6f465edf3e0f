import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { plainDomain } from "../../../libvirt/codec/plain-domain.ts";
import { readXml } from "../../../libvirt/codec/read.ts";
import { writeXml } from "../../../libvirt/codec/write.ts";
import { parseXml, serializeXml } from "../../../libvirt/xml.ts";
import { domain } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";

const pair = (name: string): { config: Values; kept: string } => {
  const read = (ending: string): string => readFileSync(new URL(`../../fixtures/pairs/domain.${name}.${ending}`, import.meta.url), "utf8");
  return { config: JSON.parse(read("json")) as Values, kept: read("xml") };
};

test("what libvirt made of a minimal guest reads as what a person wrote", () => {
  const { config, kept } = pair("minimal");
  const { uuid: _, ...plain } = plainDomain(readXml(domain, parseXml(kept)));
  expect(plain).toEqual({ ...config, os: { type: "hvm", type_arch: "x86_64", type_machine: "pc-q35-7.2" } });
});

test("devices lose what libvirt assigned, and keep what was chosen", () => {
  const { kept } = pair("disk_volume_file_cdrom");
  const { devices } = plainDomain(readXml(domain, parseXml(kept)));
  expect(devices).toMatchObject({ controllers: [{ type: "scsi", index: 0, model: "virtio-scsi" }] });
  expect(JSON.stringify(devices)).not.toMatch(/"address"|"alias"|"inputs"|"audios"/);
});

test("QEMU's own arguments stand in their namespace, in both directions", () => {
  const values: Values = { type: "qemu", name: "a", qemu_commandline: { args: [{ value: "-S" }], envs: [{ name: "A", value: "b" }] } };
  const xml = serializeXml(writeXml(domain, values));
  expect(xml).toContain('xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0"');
  expect(xml).toContain('<qemu:commandline><qemu:arg value="-S"/><qemu:env name="A" value="b"/></qemu:commandline>');
  expect(readXml(domain, parseXml(xml))).toMatchObject(values);
});

test("a host device is told apart by its mode and its type", () => {
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
