import { z } from "zod";
import { fileMode, matching, name, path, port } from "./shared.ts";

const common = {
  name: name("Name of the pool. Default: from the construct path.").optional(),
  build: z.boolean().optional().meta({
    description:
      "Make what is below the pool: the directory, the volume group, the file system. Default: true for directory, netfs, gluster and vstorage mount points, else false.",
  }),
  start: z.boolean().optional().meta({ description: "Default: true." }),
  autostart: z.boolean().optional().meta({ description: "Start with the host. Default: true." }),
  deleteStorage: z
    .boolean()
    .optional()
    .meta({ description: "When the pool is destroyed, also delete what is below it. Default: only what cdkvm built." }),
  protect: z.boolean().optional().meta({ description: "Never destroy or replace it. Default: false." }),
};
const permissions = z
  .strictObject({
    mode: fileMode("0711").optional(),
    owner: z.int().min(0).optional().meta({ description: "User id." }),
    group: z.int().min(0).optional().meta({ description: "Group id." }),
  })
  .optional()
  .meta({ description: "Permissions of the directory." });
const serverName = z
  .string()
  .min(1)
  .meta({ description: "Host name or address of the server.", examples: ["nas.example.org"] });
const servers = z.array(z.strictObject({ name: serverName, port: port("Port.").optional() })).min(1);
const auth = z
  .strictObject({
    username: z.string().min(1),
    secret: z
      .union([z.strictObject({ usage: z.string().min(1) }), z.strictObject({ uuid: z.guid() })])
      .meta({ description: "The libvirt secret that holds the password." }),
  })
  .optional()
  .meta({ description: "How to log in there (https://libvirt.org/formatsecret.html)." });
const devices = z.array(path("Block device on the host.")).min(1);
const iqn = matching(/^(iqn\.|eui\.|naa\.)/, (text) => `${text} is not an iSCSI name`, 'for example "iqn.2013-06.com.example:target"');

export const directoryPool = z.strictObject({
  type: z.literal("directory"),
  path: path("The directory on the host."),
  permissions,
  ...common,
});
export const fsPool = z.strictObject({
  type: z.literal("fs"),
  device: path("Block device with the file system."),
  path: path("Where it is mounted."),
  format: z
    .enum(["auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+", "xfs", "ocfs2", "vmfs"])
    .optional(),
  permissions,
  ...common,
});
export const netfsPool = z.strictObject({
  type: z.literal("netfs"),
  host: serverName,
  export: z
    .string()
    .min(1)
    .meta({ description: "What the server exports.", examples: ["/export/vms"] }),
  path: path("Where it is mounted."),
  format: z.enum(["auto", "nfs", "glusterfs", "cifs"]).optional().meta({ description: "Default: nfs." }),
  version: z
    .string()
    .optional()
    .meta({ description: "NFS protocol version.", examples: ["4.1"] }),
  permissions,
  ...common,
});
export const logicalPool = z.strictObject({
  type: z.literal("logical"),
  volumeGroup: z
    .string()
    .min(1)
    .meta({ description: "The LVM volume group.", examples: ["vg0"] }),
  devices: devices.optional().meta({ description: "Its physical volumes; needed to build it." }),
  ...common,
});
export const diskPool = z.strictObject({
  type: z.literal("disk"),
  device: path("The disk that is partitioned."),
  format: z
    .enum(["dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"])
    .optional()
    .meta({ description: "Partition table. Default: gpt." }),
  path: path("Default: /dev.").optional(),
  ...common,
});
export const iscsiPool = z.strictObject({
  type: z.literal("iscsi"),
  host: serverName,
  port: port("Default: 3260.").optional(),
  target: iqn,
  initiator: iqn.optional(),
  auth,
  path: path("Default: /dev/disk/by-path.").optional(),
  ...common,
});
export const iscsiDirectPool = z.strictObject({
  type: z.literal("iscsi-direct"),
  host: serverName,
  port: port("Default: 3260.").optional(),
  target: iqn,
  initiator: iqn,
  auth,
  ...common,
});
export const scsiPool = z.strictObject({
  type: z.literal("scsi"),
  adapter: z
    .union([z.string().min(1), z.strictObject({ wwnn: z.string().min(1), wwpn: z.string().min(1), parent: z.string().optional() })])
    .meta({ description: "SCSI host as scsi_host5, or a Fibre Channel vHBA.", examples: ["scsi_host5"] }),
  path: path("Default: /dev/disk/by-path.").optional(),
  ...common,
});
export const mpathPool = z.strictObject({ type: z.literal("mpath"), path: path("Default: /dev/mapper.").optional(), ...common });
export const glusterPool = z.strictObject({
  type: z.literal("gluster"),
  host: serverName,
  volume: z.string().min(1).meta({ description: "The Gluster volume." }),
  directory: z.string().optional().meta({ description: "Directory inside it. Default: /." }),
  ...common,
});
export const rbdPool = z.strictObject({
  type: z.literal("rbd"),
  monitors: servers.meta({ description: "Ceph monitors." }),
  pool: z.string().min(1).meta({ description: "The Ceph pool." }),
  auth,
  ...common,
});
export const zfsPool = z.strictObject({
  type: z.literal("zfs"),
  zpool: z
    .string()
    .min(1)
    .meta({ description: "The ZFS pool or data set.", examples: ["tank/vms"] }),
  devices: devices.optional().meta({ description: "Its devices; needed to build it." }),
  ...common,
});
export const vstoragePool = z.strictObject({
  type: z.literal("vstorage"),
  cluster: z.string().min(1),
  path: path("Where it is mounted."),
  permissions,
  ...common,
});

export const storagePoolProps = z
  .discriminatedUnion("type", [
    directoryPool,
    fsPool,
    netfsPool,
    logicalPool,
    diskPool,
    iscsiPool,
    iscsiDirectPool,
    scsiPool,
    mpathPool,
    glusterPool,
    rbdPool,
    zfsPool,
    vstoragePool,
  ])
  .meta({ id: "StoragePool", description: "Where a host keeps disks (https://libvirt.org/storage.html)." });
