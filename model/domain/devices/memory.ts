import { group, integer, presence, text, type Fields } from "../../table.ts";
import { deviceAlias, deviceAddress } from "./common.ts";

export const memBalloon: Fields = {
  model: text("@model", { required: true }),
  auto_deflate: text("@autodeflate"),
  free_page_reporting: text("@freePageReporting"),
  driver: group("driver", {
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
  }),
  stats: group(
    "stats",
    {
      period: integer("@period", { required: true }),
    },
    { change: "live" },
  ),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};

export const shmem: Fields = {
  name: text("@name", { required: true }),
  role: text("@role"),
  size: integer("size", { unit: "size_unit", unitDefault: "KiB" }),
  size_unit: text("size/@unit"),
  model: group("model", {
    type: text("@type", { required: true }),
  }),
  server: group("server", {
    path: text("@path"),
  }),
  msi: group("msi", {
    enabled: text("@enabled"),
    vectors: integer("@vectors"),
    io_event_fd: text("@ioeventfd"),
  }),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};

export const memorydev: Fields = {
  model: text("@model", { required: true }),
  access: text("@access"),
  discard: text("@discard"),
  uuid: text("uuid"),
  source: group("source", {
    node_mask: text("nodemask"),
    page_size: integer("pagesize", { unit: "page_size_unit", unitDefault: "KiB" }),
    page_size_unit: text("pagesize/@unit"),
    path: text("path"),
    align_size: integer("alignsize", { unit: "align_size_unit", unitDefault: "KiB" }),
    align_size_unit: text("alignsize/@unit"),
    pmem: presence("pmem"),
  }),
  target: group("target", {
    dynamic_memslots: text("@dynamicMemslots"),
    size: integer("size", { unit: "size_unit", unitDefault: "KiB" }),
    size_unit: text("size/@unit"),
    node: integer("node"),
    label: group("label", {
      size: integer("size", { unit: "size_unit", unitDefault: "KiB" }),
      size_unit: text("size/@unit"),
    }),
    block: integer("block", { unit: "block_unit", unitDefault: "KiB" }),
    block_unit: text("block/@unit"),
    requested: integer("requested", { unit: "requested_unit", unitDefault: "KiB" }),
    requested_unit: text("requested/@unit"),
    read_only: presence("readonly"),
    address: group("address", {
      base: integer("@base"),
    }),
  }),
  alias: deviceAlias,
  address: deviceAddress("dimm", "pci"),
};
