import { choice, group, integer, list, text, variant, type Field, type Fields, type Filled, type GroupField } from "../../table.ts";

/** What libvirt fills in for a device of a PC. */
export const onX86 = (is: string): readonly Filled[] => [{ is, when: "/os.type_arch=x86_64|i686" }];

export const deviceSecLabel: Fields = {
  model: text("@model"),
  label_skip: text("@labelskip"),
  relabel: text("@relabel"),
  label: text("label"),
};

export const deviceBoot: Fields = {
  order: integer("@order", { required: true }),
};

/** The firmware's index for the device, which keeps its name in the guest stable: `eno1` for index 1. */
export const acpi: Fields = {
  index: integer("@index"),
};

export const deviceAlias: GroupField = group("alias", { name: text("@name", { required: true }) }, { assigned: true });

export const rom: Fields = {
  bar: text("@bar"),
  file: text("@file"),
  enabled: text("@enabled"),
};

/** A PCI address, hexadecimal in the XML. */
export const pciAddress: Fields = {
  domain: integer("@domain", { hexDigits: 4 }),
  bus: integer("@bus", { hexDigits: 2 }),
  slot: integer("@slot", { hexDigits: 2 }),
  function: integer("@function", { hexDigits: 1 }),
  multi_function: text("@multifunction"),
};

const addresses = {
  pci: pciAddress,
  drive: { controller: integer("@controller"), bus: integer("@bus"), target: integer("@target"), unit: integer("@unit") },
  usb: { bus: integer("@bus"), port: text("@port") },
  "virtio-serial": { controller: integer("@controller"), bus: integer("@bus"), port: integer("@port") },
  ccw: {
    cssid: integer("@cssid", { hexDigits: 2 }),
    ssid: integer("@ssid", { hexDigits: 1 }),
    dev_no: integer("@devno", { hexDigits: 4 }),
  },
  dimm: { slot: integer("@slot"), base: text("@base") },
  isa: { io_base: integer("@iobase", { hexDigits: 2 }), irq: integer("@irq", { hexDigits: 2 }) },
  ccid: { controller: integer("@controller"), slot: integer("@slot") },
  "spapr-vio": { reg: integer("@reg", { hexDigits: 2 }) },
} as const satisfies Record<string, Fields>;

const address = (kind: keyof typeof addresses | "unassigned"): Field =>
  kind === "unassigned"
    ? choice("@type", kind, { doc: "The device is defined, and not handed to the guest." })
    : variant("@type", kind, addresses[kind]);

/** A device's address on its bus; if unset, libvirt chooses an address and keeps it. */
export const deviceAddress = (...kinds: readonly Parameters<typeof address>[0][]): GroupField =>
  group("address", Object.fromEntries(kinds.map((kind) => [kind.replace("-", "_"), address(kind)])), {
    embedded: true,
    assigned: true,
    change: "restart",
    doc: "Where the device sits on its bus. Default: libvirt picks a place and keeps it.",
  });

/** The I/O threads for a virtio device's queues; a separate structure per device. */
export const ioThreads = (): GroupField =>
  group("iothreads", {
    io_thread: list(
      "iothread",
      {
        id: integer("@id", { required: true }),
        queues: list(
          "queue",
          {
            id: integer("@id", { required: true }),
          },
          { extras: "drift" },
        ),
      },
      { extras: "drift" },
    ),
  });
