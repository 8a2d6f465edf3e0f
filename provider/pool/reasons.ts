import { importCommand } from "../import-command.ts";
import type { Rule } from "../diagnose.ts";

/** What libvirt errors mean when a pool cannot be created or started. */
export const reasons: readonly Rule[] = [
  {
    pattern: /[Ss]torage source conflict with pool: '([^']+)'/,
    path: (_match, values) => (values["target"] === null ? ["source"] : ["target", "path"]),
    likely: (match) => `the pool ${match[1]} already uses this storage`,
    fix: (match) => `use that pool (import it: ${importCommand(match[1] ?? "NAME")}), or choose another location`,
  },
  {
    pattern: /cannot open directory '([^']+)': No such file or directory/,
    path: ["target", "path"],
    likely: "create.build is false, and the directory does not exist on the host",
    fix: "create it, or set create.build = true",
  },
  {
    pattern:
      /(cannot create path|failed to create directory|cannot open directory) '([^']+)': (Permission denied|Not a directory|Read-only file system|File exists)/,
    path: ["target", "path"],
    fix: "choose a directory that libvirtd can create and read on the host",
  },
  {
    pattern:
      /already (contains|has) a|[Ff]ormat of device .* does not match|is not empty|existing (file ?system|partition)|already formatted|not overwrite/,
    path: ["source", "device"],
    likely: "the device contains data, and cdkvm never formats such a device",
    fix: "set create.build = false to use its content, or erase the device yourself (wipefs)",
  },
  {
    pattern: /mount\.nfs|mount.* failed|\/mount /,
    path: ["source"],
    likely: "the host cannot mount the export",
    fix: "check host, path and format; try it on the host: mount -t nfs HOST:PATH /mnt",
  },
  {
    pattern: /[Vv]olume group "?([^" ]+)"? not found|vgchange/,
    path: ["source", "name"],
    likely: "the volume group does not exist on the host",
    fix: "create it (vgcreate), or set create.build = true with its devices in source.device",
  },
  { pattern: /iscsiadm/, path: ["source"], likely: "the iSCSI target cannot be reached, or open-iscsi is not installed on the host" },
  {
    pattern: /missing backend for pool type (\d+|'[^']+')|unknown storage pool type/,
    path: ["type"],
    likely: "libvirt on the host has no driver for this pool type",
    fix: "install it: apt-get install libvirt-daemon-driver-storage-TYPE",
  },
];
