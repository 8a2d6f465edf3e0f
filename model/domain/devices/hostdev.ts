import { group, integer, presence, text, variant, yesNo, type Fields } from "../../table.ts";
import { chardevProtocol, chardevSource } from "./chardev.ts";
import { alias, deviceAddress, deviceBoot, rom } from "./common.ts";
import { interfaceTeaming } from "./interface.ts";

export const hostDevProductVendorID: Fields = {
  id: text("@id"),
};

export const hostdevSubsysPCISource: Fields = {
  write_filtering: text("@writeFiltering"),
  address: group("address", {
    domain: integer("@domain", { base: 16 }),
    bus: integer("@bus", { base: 16 }),
    slot: integer("@slot", { base: 16 }),
    function: integer("@function", { base: 16 }),
    multi_function: text("@multifunction"),
  }),
};

export const hostdevSubsysPCI: Fields = {
  display: text("@display"),
  ram_fb: text("@ramfb"),
  driver: group("driver", {
    name: text("@name"),
    model: text("@model"),
  }),
  source: group("source", hostdevSubsysPCISource),
  teaming: group("teaming", interfaceTeaming),
};

export const hostdev: Fields = {
  managed: yesNo("@managed"),
  subsys_usb: variant("@mode @type", "subsystem usb", {
    source: group("source", {
      guest_reset: text("@guestReset"),
      start_up_policy: text("@startupPolicy"),
      address: group("address", {
        bus: integer("@bus"),
        port: text("@port"),
        device: integer("@device"),
      }),
      product: group("product", hostDevProductVendorID),
      vendor: group("vendor", hostDevProductVendorID),
    }),
  }),
  subsys_scsi: variant("@mode @type", "subsystem scsi", {
    sgio: text("@sgio"),
    raw_io: text("@rawio"),
    source: group("source", {
      host: group(".", {
        adapter: group("adapter", { name: text("@name", { required: true }) }),
        address: group("address", {
          controller: integer("@controller"),
          bus: integer("@bus"),
          target: integer("@target"),
          unit: integer("@unit"),
        }),
      }),
    }),
    read_only: presence("readonly"),
    shareable: presence("shareable"),
  }),
  subsys_pci: variant("@mode @type", "subsystem pci", hostdevSubsysPCI),
  subsys_m_dev: variant("@mode @type", "subsystem mdev", {
    model: text("@model"),
    display: text("@display"),
    ram_fb: text("@ramfb"),
    source: group("source", {
      address: group("address", {
        uuid: text("@uuid", { required: true }),
      }),
    }),
  }),
  boot: group("boot", deviceBoot),
  rom: group("rom", rom),
  alias: group("alias", alias),
  address: deviceAddress("pci", "usb"),
};

export const redirDev: Fields = {
  bus: text("@bus"),
  source: group("source", chardevSource),
  protocol: group("protocol", chardevProtocol),
  boot: group("boot", deviceBoot),
  alias: group("alias", alias),
  address: deviceAddress("usb"),
};
