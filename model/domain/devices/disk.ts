import { group, integer, presence, text, type Fields } from "../../table.ts";
import { acpi, deviceAlias, deviceAddress, deviceBoot, ioThreads } from "./common.ts";
import { diskAuth, diskBackingStore, diskEncryption, diskMetadataCache, diskSource } from "./disk-source.ts";

export const diskDriver: Fields = {
  name: text("@name", { fills: ["qemu"], importShows: true }),
  type: text("@type", { fills: ["raw"], importShows: true, doc: "The format: `qcow2`, `raw`, ..." }),
  cache: text("@cache", { doc: "`none`, `writeback`, `writethrough`, `directsync`, `unsafe`." }),
  error_policy: text("@error_policy"),
  rerror_policy: text("@rerror_policy"),
  io: text("@io"),
  io_event_fd: text("@ioeventfd"),
  event_idx: text("@event_idx"),
  copy_on_read: text("@copy_on_read"),
  discard: text("@discard", { default: "ignore", doc: "`unmap` hands discards of the guest on to the storage." }),
  discard_no_unref: text("@discard_no_unref"),
  io_thread: integer("@iothread"),
  io_threads: ioThreads(),
  detect_zeros: text("@detect_zeroes"),
  queues: integer("@queues"),
  queue_size: integer("@queue_size"),
  iommu: text("@iommu"),
  ats: text("@ats"),
  packed: text("@packed"),
  page_per_vq: text("@page_per_vq"),
  metadata_cache: group("metadata_cache", diskMetadataCache),
};

export const diskIOTune: Fields = {
  total_bytes_sec: integer("total_bytes_sec"),
  read_bytes_sec: integer("read_bytes_sec"),
  write_bytes_sec: integer("write_bytes_sec"),
  total_iops_sec: integer("total_iops_sec"),
  read_iops_sec: integer("read_iops_sec"),
  write_iops_sec: integer("write_iops_sec"),
  total_bytes_sec_max: integer("total_bytes_sec_max"),
  read_bytes_sec_max: integer("read_bytes_sec_max"),
  write_bytes_sec_max: integer("write_bytes_sec_max"),
  total_iops_sec_max: integer("total_iops_sec_max"),
  read_iops_sec_max: integer("read_iops_sec_max"),
  write_iops_sec_max: integer("write_iops_sec_max"),
  total_bytes_sec_max_length: integer("total_bytes_sec_max_length"),
  read_bytes_sec_max_length: integer("read_bytes_sec_max_length"),
  write_bytes_sec_max_length: integer("write_bytes_sec_max_length"),
  total_iops_sec_max_length: integer("total_iops_sec_max_length"),
  read_iops_sec_max_length: integer("read_iops_sec_max_length"),
  write_iops_sec_max_length: integer("write_iops_sec_max_length"),
  size_iops_sec: integer("size_iops_sec"),
  group_name: text("group_name"),
};

/** The bus that libvirt concludes from a disk's name. */
const busByName = [
  { is: "virtio", when: "dev=vd*" },
  { is: "scsi", when: "dev=sd*" },
  { is: "ide", when: "dev=hd*" },
  { is: "fdc", when: "dev=fd*" },
  { is: "xen", when: "dev=xv*" },
] as const;

export const disk: Fields = {
  device: text("@device", { change: "restart", fills: ["disk"], importShows: true, doc: "`disk`, `cdrom`, `floppy` or `lun`." }),
  raw_io: text("@rawio", { change: "restart" }),
  sgio: text("@sgio", { change: "restart" }),
  snapshot: text("@snapshot", { change: "restart" }),
  model: text("@model", { change: "restart" }),
  driver: group("driver", diskDriver, { change: "restart", doc: "Format, cache mode and I/O mode." }),
  auth: group("auth", diskAuth, { change: "restart" }),
  source: group("source", diskSource, {
    liveWith: ["device=cdrom", "device=floppy"],
    doc: "Where the data is: a file, a block device, a volume of a pool, or the network.",
  }),
  backing_store: group("backingStore", diskBackingStore, { change: "restart" }),
  geometry: group(
    "geometry",
    {
      cylinders: integer("@cyls", { required: true }),
      headers: integer("@heads", { required: true }),
      sectors: integer("@secs", { required: true }),
      trans: text("@trans"),
    },
    { change: "restart" },
  ),
  block_io: group(
    "blockio",
    {
      logical_block_size: integer("@logical_block_size"),
      physical_block_size: integer("@physical_block_size"),
      discard_granularity: integer("@discard_granularity"),
    },
    { change: "restart" },
  ),
  target: group(
    "target",
    {
      dev: text("@dev", { change: "live", doc: "A name that orders the disks of a bus (`vda`, `sda`); the guest may call it otherwise." }),
      bus: text("@bus", { fills: busByName, importShows: true, doc: "`virtio`, `scsi`, `sata`, `usb`, `ide` or `fdc`." }),
      tray: text("@tray"),
      removable: text("@removable"),
      rotation_rate: integer("@rotation_rate"),
    },
    { change: "restart", doc: "How the guest sees it." },
  ),
  io_tune: group("iotune", diskIOTune, { doc: "Limits in bytes and operations per second." }),
  read_only: presence("readonly", {
    change: "restart",
    fills: [{ is: true, when: "device=cdrom" }],
    importShows: true,
    doc: "The guest cannot write.",
  }),
  shareable: presence("shareable", { change: "restart", doc: "Several guests may have it at once." }),
  transient: group("transient", { share_backing: text("@shareBacking") }, { change: "restart" }),
  serial: text("serial", { change: "restart", doc: "The serial number the guest sees; udev names the disk by it." }),
  wwn: text("wwn", { change: "restart" }),
  vendor: text("vendor", { change: "restart" }),
  product: text("product", { change: "restart" }),
  encryption: group("encryption", diskEncryption, { change: "restart" }),
  boot: group("boot", deviceBoot, { change: "restart", doc: "Place of this device in the boot order, from 1." }),
  acpi: group("acpi", acpi, { change: "restart" }),
  alias: { ...deviceAlias, change: "restart" },
  address: deviceAddress("pci", "drive", "usb", "ccw"),
};
