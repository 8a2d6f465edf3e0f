import { group, integer, list, presence, text, variant, yesNo, type Fields } from "../../table.ts";
import { chardevProtocol, redirSource } from "./chardev.ts";
import { acpi, deviceAlias, deviceAddress, deviceBoot, pciAddress, rom } from "./common.ts";
import { diskAuth, diskSourceHost } from "./disk-source.ts";
import { interfaceTeaming } from "./interface.ts";

export const hostDevProductVendorID: Fields = {
  id: text("@id"),
};

export const hostdevSubsysPCISource: Fields = {
  write_filtering: text("@writeFiltering"),
  address: group("address", { ...pciAddress }),
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
      iscsi: variant("@protocol", "iscsi", {
        name: text("@name", { required: true }),
        host: list("host", diskSourceHost, { extras: "drift" }),
        auth: group("auth", diskAuth),
        initiator: group("initiator", {
          iqn: group("iqn", {
            name: text("@name", { required: true }),
          }),
        }),
      }),
    }),
    read_only: presence("readonly"),
    shareable: presence("shareable"),
  }),
  subsys_scsi_host: variant("@mode @type", "subsystem scsi_host", {
    model: text("@model"),
    source: group("source", {
      protocol: text("@protocol"),
      wwpn: text("@wwpn"),
    }),
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
  acpi: group("acpi", acpi),
  alias: deviceAlias,
  address: deviceAddress("pci", "usb", "drive", "unassigned"),
};

export const redirDev: Fields = {
  bus: text("@bus"),
  source: group("source", redirSource),
  protocol: group("protocol", chardevProtocol),
  boot: group("boot", deviceBoot),
  alias: deviceAlias,
  address: deviceAddress("usb"),
};

export const redirFilter: Fields = {
  usb: list(
    "usbdev",
    {
      allow: text("@allow", { required: true }),
      class: integer("@class", { hexDigits: 2 }),
      vendor: integer("@vendor", { hexDigits: 2 }),
      product: integer("@product", { hexDigits: 2 }),
      version: text("@version"),
    },
    { extras: "drift" },
  ),
};
