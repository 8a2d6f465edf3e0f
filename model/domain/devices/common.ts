import { group, integer, text, variant, type Fields, type GroupField } from "../../table.ts";

export const deviceSecLabel: Fields = {
  model: text("@model"),
  label_skip: text("@labelskip"),
  relabel: text("@relabel"),
  label: text("label"),
};

export const deviceBoot: Fields = {
  order: integer("@order", { required: true }),
};

export const alias: Fields = {
  name: text("@name", { required: true }),
};

export const rom: Fields = {
  bar: text("@bar"),
  file: text("@file"),
  enabled: text("@enabled"),
};

/** A PCI address, in hexadecimal in the XML. */
export const pciAddress: Fields = {
  domain: integer("@domain", { base: 16 }),
  bus: integer("@bus", { base: 16 }),
  slot: integer("@slot", { base: 16 }),
  function: integer("@function", { base: 16 }),
  multi_function: text("@multifunction"),
};

const addresses = {
  pci: pciAddress,
  drive: { controller: integer("@controller"), bus: integer("@bus"), target: integer("@target"), unit: integer("@unit") },
  usb: { bus: integer("@bus"), port: text("@port"), device: integer("@device") },
  "virtio-serial": { controller: integer("@controller"), bus: integer("@bus"), port: integer("@port") },
  ccw: { cssid: integer("@cssid", { base: 16 }), ssid: integer("@ssid", { base: 16 }), dev_no: integer("@devno", { base: 16 }) },
  dimm: { slot: integer("@slot"), base: text("@base") },
} as const satisfies Record<string, Fields>;

/** Where a device sits on its bus; libvirt picks a place where none is given, and keeps it. */
export const deviceAddress = (...kinds: readonly (keyof typeof addresses)[]): GroupField =>
  group("address", Object.fromEntries(kinds.map((kind) => [kind.replace("-", "_"), variant("@type", kind, addresses[kind])])), {
    embedded: true,
    change: "restart",
    doc: "Where the device sits on its bus. Default: libvirt picks a place and keeps it.",
  });
