import { group, integer, table, text, texts, type Table } from "./table.ts";

const computed = { computed: true } as const;

export const nodeDevices: Table = table({
  type: "libvirt_node_devices",
  element: "",
  doc: "The host's devices, by name. https://libvirt.org/html/libvirt-libvirt-nodedev.html#virConnectListAllNodeDevices",
  change: "none",
  fields: {
    capability: text("", {
      doc: "Only devices that can do this: `pci`, `usb_device`, `net`, `storage`, `scsi_host`, `mdev`, ... Default: all.",
    }),
    devices: texts("", { set: true, computed: true, doc: "Names: `pci_0000_00_02_0`." }),
    id: text("", computed),
  },
});

export const nodeDeviceInfo: Table = table({
  type: "libvirt_node_device_info",
  element: "device",
  doc: "One device of the host: https://libvirt.org/formatnode.html",
  change: "none",
  fields: {
    name: text("name", { required: true, doc: "The device, as `libvirt_node_devices` names it." }),
    path: text("path", { computed: true, doc: "Its folder in the host's /sys." }),
    parent: text("parent", { computed: true, doc: "The device it hangs on." }),
    capability: group(
      "capability",
      {
        type: text("@type", { computed: true, doc: "What kind of device it is; the others are set where this kind has them." }),
        class: text("class", { computed: true, doc: "PCI class, as 0x030000." }),
        domain: integer("domain", { computed: true, doc: "PCI domain." }),
        bus: integer("bus", { computed: true, doc: "PCI, USB or SCSI bus." }),
        slot: integer("slot", { computed: true, doc: "PCI slot." }),
        function: integer("function", { computed: true, doc: "PCI function." }),
        product_id: text("product/@id", { computed: true, doc: "Product, as 0x1533." }),
        product_name: text("product", computed),
        vendor_id: text("vendor/@id", { computed: true, doc: "Vendor, as 0x8086." }),
        vendor_name: text("vendor", computed),
        iommu_group: integer("iommuGroup/@number", { computed: true, doc: "Devices of one group are passed through together." }),
        device_number: integer("device", { computed: true, doc: "USB device on its bus." }),
        interface: text("interface", { computed: true, doc: "Network interface: `eth0`." }),
        address: text("address", { computed: true, doc: "MAC address." }),
        link_speed: text("link/@speed", { computed: true, doc: "Mbit/s." }),
        link_state: text("link/@state", { computed: true, doc: "`up`, `down`, ..." }),
        host: integer("host", { computed: true, doc: "SCSI host." }),
        target: integer("target", { computed: true, doc: "SCSI target." }),
        lun: integer("lun", { computed: true, doc: "SCSI logical unit." }),
        scsi_type: text("type", { computed: true, doc: "`disk`, `cdrom`, ..." }),
        block: text("block", { computed: true, doc: "Block device: `/dev/sda`." }),
        drive_type: text("drive_type", { computed: true, doc: "`disk`, `cdrom`, `floppy`, ..." }),
        model: text("model", computed),
        serial: text("serial", computed),
        size: integer("size", { computed: true, doc: "Bytes." }),
        logical_block_size: integer("logical_block_size", { computed: true, doc: "Bytes." }),
        num_blocks: integer("num_blocks", computed),
      },
      { computed: true, doc: "What the device is." },
    ),
    id: text("", { computed: true, doc: "The name." }),
  },
});
