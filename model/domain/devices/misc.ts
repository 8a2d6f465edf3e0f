import { choice, group, integer, list, text, variant, type Fields } from "../../table.ts";
import { chardevProtocol, egdSource, smartcardSource } from "./chardev.ts";
import { deviceAlias, deviceAddress, onX86 } from "./common.ts";

export const smartcard: Fields = {
  host: choice("@mode", "host"),
  host_certs: list(
    "certificate",
    {
      file: text(".", { required: true }),
    },
    { select: "@mode", when: "host-certificates", extras: "drift" },
  ),
  passthrough: group("source", smartcardSource, { select: "@mode", when: "passthrough" }),
  protocol: group("protocol", chardevProtocol),
  database: text("database"),
  alias: deviceAlias,
  address: deviceAddress("ccid"),
};

export const input: Fields = {
  type: text("@type", { required: true }),
  bus: text("@bus", {
    fills: [
      { is: "usb", when: "type=tablet" },
      { is: "ps2", when: "type=mouse|keyboard" },
    ],
    importShows: true,
  }),
  model: text("@model"),
  source: group("source", {
    passthrough: variant("../@type", "passthrough", {
      ev_dev: text("@evdev", { required: true }),
    }),
    ev_dev: variant("../@type", "evdev", {
      dev: text("@dev", { required: true }),
      grab: text("@grab"),
      grab_toggle: text("@grabToggle"),
      repeat: text("@repeat"),
    }),
  }),
  driver: group("driver", {
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
  }),
  alias: deviceAlias,
  address: deviceAddress("usb", "pci"),
};

export const hub: Fields = {
  type: text("@type", { required: true }),
  alias: deviceAlias,
  address: deviceAddress("usb"),
};

export const watchdog: Fields = {
  model: text("@model", { required: true }),
  action: text("@action", { fills: ["reset"], importShows: true }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};

export const rng: Fields = {
  model: text("@model", { required: true }),
  driver: group("driver", {
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
  }),
  rate: group("rate", {
    bytes: integer("@bytes", { required: true }),
    period: integer("@period"),
  }),
  backend: group("backend", {
    random: text(".", { select: "@model", when: "random" }),
    egd: variant("@model", "egd", {
      source: group("source", egdSource),
      protocol: group("protocol", chardevProtocol),
    }),
    built_in: choice("@model", "builtin"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};

export const panic: Fields = {
  model: text("@model", { fills: onX86("isa"), importShows: true }),
  alias: deviceAlias,
  address: deviceAddress("isa", "pci"),
};

export const iommu: Fields = {
  model: text("@model", { required: true }),
  driver: group("driver", {
    int_remap: text("@intremap"),
    caching_mode: text("@caching_mode"),
    eim: text("@eim"),
    iotlb: text("@iotlb"),
    aw_bits: integer("@aw_bits"),
    dma_translation: text("@dma_translation"),
    passthrough: text("@passthrough"),
    xt_sup: text("@xtsup"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};

export const vsock: Fields = {
  model: text("@model"),
  cid: group("cid", {
    auto: text("@auto"),
    address: text("@address"),
  }),
  driver: group("driver", {
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};

export const lease: Fields = {
  lockspace: text("lockspace", { required: true }),
  key: text("key", { required: true }),
  target: group("target", {
    path: text("@path", { required: true }),
    offset: integer("@offset"),
  }),
};

export const crypto: Fields = {
  model: text("@model"),
  type: text("@type"),
  backend: group("backend", {
    built_in: choice("@model", "builtin"),
    lkcf: choice("@model", "lkcf"),
    queues: integer("@queues"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};
