import { boolean, group, integer, presence, table, text, type Table, type Fields } from "./table.ts";
import { storageEncryption, volumeTargetFormat, volumeTargetPermissions } from "./storage-encryption.ts";

export const volumeTarget: Fields = {
  path: text("path", { computed: true, doc: "Path on the host." }),
  format: group("format", volumeTargetFormat),
  permissions: group("permissions", volumeTargetPermissions),
  timestamps: group("timestamps", {
    atime: text("atime", { required: true }),
    mtime: text("mtime", { required: true }),
    ctime: text("ctime", { required: true }),
  }),
  compat: text("compat"),
  lazy_refcounts: presence("features/lazy_refcounts", {
    embedded: true,
    doc: "qcow2: reference counts are written late. Faster, and repaired after a crash.",
  }),
  extended_l2: presence("features/extended_l2", { embedded: true, doc: "qcow2: clusters are allocated in 32 parts each." }),
  nocow: presence("nocow", { embedded: true, doc: "No copy on write of the file: for images on btrfs." }),
  cluster_size: integer("clusterSize", { unit: "cluster_size_unit", unitDefault: "bytes" }),
  cluster_size_unit: text("clusterSize/@unit"),
  encryption: group("encryption", storageEncryption),
};

export const volume: Table = table({
  type: "libvirt_volume",
  element: "volume",
  doc: "A storage volume: https://libvirt.org/formatstorage.html",
  change: "replace",
  fields: {
    type: text("@type", { change: "replace" }),
    name: text("name", {
      required: true,
      change: "replace",
      doc: "The name of the volume in its pool; its file name in a directory pool.",
    }),
    key: text("key", { computed: true, doc: "The key that libvirt knows the volume by; its path as a rule." }),
    allocation: integer("allocation", {
      computed: true,
      unit: "allocation_unit",
      unitDefault: "bytes",
      change: "none",
      doc: "Bytes taken up front.",
    }),
    allocation_unit: text("allocation/@unit", { change: "none" }),
    capacity: integer("capacity", {
      computed: true,
      optional: true,
      unit: "capacity_unit",
      unitDefault: "bytes",
      change: "live",
      doc: "Size that the guest sees, in `capacity_unit`; grows in place, never shrinks.",
    }),
    capacity_unit: text("capacity/@unit", { change: "live", doc: "Unit of `capacity`. Default bytes." }),
    physical: integer("physical", { computed: true, unit: "physical_unit", unitDefault: "bytes", doc: "Bytes taken on the host." }),
    physical_unit: text("physical/@unit", { change: "none" }),
    target: group("target", volumeTarget, { change: "replace", doc: "Format, path and permissions." }),
    backing_store: group(
      "backingStore",
      {
        path: text("path", { required: true }),
        format: group("format", volumeTargetFormat),
        permissions: group("permissions", volumeTargetPermissions),
      },
      { change: "replace", doc: "The image beneath, for copy-on-write." },
    ),
    create: group(
      "",
      {
        content: group(
          "",
          {
            url: text("", {
              required: true,
              doc: "Where the content comes from: https, http, file, or a path on the machine that runs apply.",
            }),
            checksum: text("", { embedded: true, doc: "What the content must hash to: `sha256:...` or `sha512:...`." }),
            allow_backing_file: boolean({
              embedded: true,
              change: "none",
              doc: "The content may name other files of the KVM host, which its guest can then read: a backing file, a data file, extents. Default false: it is refused.",
            }),
          },
          { required: true },
        ),
      },
      { change: "replace", doc: "Content to fill the volume with when it is made." },
    ),
    pool: text("", { required: true, change: "replace", doc: "The pool it lives in, by name." }),
    path: text("", { computed: true, doc: "Path on the host." }),
    id: text("", { computed: true, doc: "The key that libvirt knows it by." }),
  },
});
