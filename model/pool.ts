import { boolean, group, integer, list, table, text, yesNo, type Table, type Fields } from "./table.ts";
import { storageEncryption } from "./storage-encryption.ts";

export const poolTarget: Fields = {
  path: text("path", { same: "path", doc: "The directory, or the parent of the device nodes." }),
  permissions: group(
    "permissions",
    {
      owner: text("owner"),
      group: text("group"),
      mode: text("mode", { same: "mode" }),
      label: text("label"),
    },
    { change: "restart" },
  ),
  encryption: group("encryption", storageEncryption),
};

export const poolSource: Fields = {
  name: text("name"),
  dir: group("dir", {
    path: text("@path", { required: true }),
  }),
  host: list(
    "host",
    {
      name: text("@name", { required: true }),
      port: text("@port"),
    },
    { extras: "drift" },
  ),
  device: list(
    "device",
    {
      path: text("@path", { required: true }),
      part_separator: text("@part_separator"),
    },
    { extras: "drift" },
  ),
  auth: group("auth", {
    type: text("@type", { required: true }),
    username: text("@username", { required: true }),
    secret: group("secret", {
      usage: text("@usage"),
      uuid: text("@uuid"),
    }),
  }),
  vendor: group("vendor", {
    name: text("@name", { required: true }),
  }),
  product: group("product", {
    name: text("@name", { required: true }),
  }),
  format: group("format", {
    type: text("@type", { required: true }),
  }),
  protocol: group("protocol", {
    version: text("@ver", { required: true }),
  }),
  adapter: group("adapter", {
    type: text("@type"),
    name: text("@name"),
    parent: text("@parent"),
    managed: yesNo("@managed"),
    wwnn: text("@wwnn"),
    wwpn: text("@wwpn"),
    parent_addr: group("parentaddr", {
      unique_id: integer("@unique_id", { required: true }),
      address: group("address", {
        domain: integer("@domain"),
        bus: integer("@bus"),
        slot: integer("@slot"),
        function: integer("@function"),
      }),
    }),
  }),
  initiator: group("initiator", {
    iqn: group("iqn", {
      name: text("@name"),
    }),
  }),
};

export const pool: Table = table({
  type: "libvirt_pool",
  element: "pool",
  doc: "A storage pool: https://libvirt.org/formatstorage.html",
  change: "restart",
  fields: {
    type: text("@type", {
      required: true,
      change: "replace",
      doc: "`dir`, `fs`, `netfs`, `logical`, `disk`, `iscsi`, `iscsi-direct`, `scsi`, `mpath`, `rbd`, `gluster`, `zfs`.",
    }),
    name: text("name", { required: true, change: "replace", doc: "The name libvirt knows the pool by; unique on the host." }),
    uuid: text("uuid", { computed: true, doc: "The UUID that libvirt gave the pool." }),
    allocation: integer("allocation", { computed: true, unit: "allocation_unit", unitDefault: "bytes", doc: "Bytes in use." }),
    allocation_unit: text("allocation/@unit", { change: "none" }),
    capacity: integer("capacity", { computed: true, unit: "capacity_unit", unitDefault: "bytes", doc: "Size in bytes." }),
    capacity_unit: text("capacity/@unit", { change: "none" }),
    available: integer("available", { computed: true, unit: "available_unit", unitDefault: "bytes", doc: "Bytes free." }),
    available_unit: text("available/@unit", { change: "none" }),
    features: group("features", {
      cow: group("cow", {
        state: text("@state", { required: true }),
      }),
    }),
    target: group("target", poolTarget, { change: "replace", doc: "Where the pool appears on the host." }),
    source: group("source", poolSource, { change: "replace", doc: "Where the pool's storage comes from." }),
    refresh: group("refresh", {
      volume: group("volume", {
        allocation: text("@allocation", { required: true }),
      }),
    }),
    fs_commandline: group("fs:mount_opts", {
      options: list(
        "fs:option",
        {
          name: text("@name", { required: true, holds: "value" }),
        },
        { extras: "drift" },
      ),
    }),
    rbd_commandline: group("rbd:config_opts", {
      options: list(
        "rbd:option",
        {
          name: text("@name", { required: true }),
          value: text("@value", { required: true, holds: "value" }),
        },
        { extras: "drift" },
      ),
    }),
    create: group(
      "",
      {
        build: boolean({ doc: "Make the storage: the directory, the file system, the volume group. Default true." }),
        start: boolean({ doc: "Start the pool. Default true." }),
        autostart: boolean({ change: "live", doc: "Start the pool with the host. Default true." }),
      },
      { change: "none", doc: "What is done beyond defining the pool." },
    ),
    destroy: group(
      "",
      { delete: boolean({ doc: "Delete the storage behind the pool. Default: only what cdkvm itself built, and only when it is empty." }) },
      { change: "none", doc: "What is done beyond removing the pool's definition." },
    ),
    active: boolean({
      computed: true,
      optional: true,
      embedded: true,
      change: "live",
      doc: "Whether the pool runs. Default true, unless `create.start` is false: then it stays as it is.",
    }),
    id: text("", { computed: true, doc: "The UUID." }),
  },
});
