import { group, integer, text, variant, type Fields } from "../../table.ts";
import { deviceAlias, deviceAddress, ioThreads } from "./common.ts";

export const controller: Fields = {
  type: text("@type", { required: true }),
  index: integer("@index"),
  model: text("@model"),
  driver: group("driver", {
    queues: integer("@queues"),
    cmd_per_lun: integer("@cmd_per_lun"),
    max_sectors: integer("@max_sectors"),
    io_event_fd: text("@ioeventfd"),
    io_thread: integer("@iothread"),
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
    io_threads: ioThreads(),
  }),
  pci: variant("@type", "pci", {
    model: group("model", {
      name: text("@name", { required: true }),
    }),
    target: group(
      "target",
      {
        chassis_nr: integer("@chassisNr"),
        chassis: integer("@chassis"),
        port: integer("@port", { hexDigits: 2 }),
        bus_nr: integer("@busNr"),
        index: integer("@index"),
        hotplug: text("@hotplug"),
        node: integer("node"),
      },
      { embedded: true, doc: "How the bridge appears to the guest. Default: libvirt numbers it and keeps the number." },
    ),
    hole64: integer("pcihole64", { unit: "hole64_unit", unitDefault: "KiB" }),
    hole64_unit: text("pcihole64/@unit"),
  }),
  usb: variant("@type", "usb", {
    port: integer("@ports"),
    master: group("master", {
      start_port: integer("@startport", { required: true }),
    }),
  }),
  virt_io_serial: variant("@type", "virtio-serial", {
    ports: integer("@ports"),
    vectors: integer("@vectors"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci", "usb", "spapr-vio"),
};
