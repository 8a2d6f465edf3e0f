import { group, integer, list, presence, text, variant, type Fields } from "../../table.ts";
import { deviceAlias, deviceAddress, deviceBoot } from "./common.ts";

export const filesystemIDMapEntry: Fields = {
  start: integer("@start", { required: true }),
  target: integer("@target", { required: true }),
  count: integer("@count", { required: true }),
};

export const filesystem: Fields = {
  access_mode: text("@accessmode"),
  model: text("@model"),
  multi_devs: text("@multidevs"),
  fmode: text("@fmode"),
  dmode: text("@dmode"),
  driver: group("driver", {
    type: text("@type"),
    format: text("@format"),
    name: text("@name"),
    wr_policy: text("@wrpolicy"),
    iommu: text("@iommu"),
    ats: text("@ats"),
    packed: text("@packed"),
    page_per_vq: text("@page_per_vq"),
    queue: integer("@queue"),
  }),
  binary: group("binary", {
    path: text("@path"),
    xattr: text("@xattr"),
    cache: group("cache", {
      mode: text("@mode", { required: true }),
    }),
    sandbox: group("sandbox", {
      mode: text("@mode", { required: true }),
    }),
    lock: group("lock", {
      posix: text("@posix"),
      flock: text("@flock"),
    }),
    thread_pool: group("thread_pool", {
      size: integer("@size"),
    }),
    open_files: group("openfiles", {
      max: integer("@max", { required: true }),
    }),
  }),
  id_map: group("idmap", {
    uid: list("uid", filesystemIDMapEntry, { extras: "drift" }),
    gid: list("gid", filesystemIDMapEntry, { extras: "drift" }),
  }),
  source: group("source", {
    mount: variant("../@type", "mount", {
      dir: text("@dir"),
      socket: text("@socket"),
    }),
    volume: variant("../@type", "volume", {
      pool: text("@pool", { required: true }),
      volume: text("@volume", { required: true }),
    }),
  }),
  target: group("target", {
    dir: text("@dir", { required: true }),
  }),
  read_only: presence("readonly"),
  space_hard_limit: integer("space_hard_limit", { unit: "space_hard_limit_unit", unitDefault: "KiB" }),
  space_hard_limit_unit: text("space_hard_limit/@unit"),
  space_soft_limit: integer("space_soft_limit", { unit: "space_soft_limit_unit", unitDefault: "KiB" }),
  space_soft_limit_unit: text("space_soft_limit/@unit"),
  boot: group("boot", deviceBoot),
  alias: deviceAlias,
  address: deviceAddress("pci"),
};
