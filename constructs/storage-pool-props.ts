/** Props of every kind of storage pool; `type` tells them apart. See https://libvirt.org/storage.html */

interface CommonPoolProps {
  /** Name of the pool on the host. @default - from the construct path */
  readonly name?: string;
  /**
   * Make what is below the pool: its directory or mount point; for `logical`, `disk` and `zfs` this writes to the devices.
   * @default - true for directory, fs, netfs and vstorage, else false
   */
  readonly build?: boolean;
  /** @default true */
  readonly start?: boolean;
  /** Start it with the host. @default true */
  readonly autostart?: boolean;
  /** When the pool is destroyed, delete what is below it too. @default - only what cdkvm built */
  readonly deleteStorage?: boolean;
  /** Never destroy or replace it: a plan that would is an error. @default false */
  readonly protect?: boolean;
}

/** Permissions of a pool's directory. */
export interface PoolPermissions {
  /** Octal: `0711`. */
  readonly mode?: string;
  /** User id. */
  readonly owner?: number;
  /** Group id. */
  readonly group?: number;
}

/** How to log in to storage: the password is a libvirt secret (https://libvirt.org/formatsecret.html). */
export interface PoolAuth {
  readonly username: string;
  readonly secret: { readonly usage: string } | { readonly uuid: string };
}

export interface DirectoryPoolProps extends CommonPoolProps {
  readonly type: "directory";
  /** The directory on the host. */
  readonly path: string;
  readonly permissions?: PoolPermissions;
}

export interface FsPoolProps extends CommonPoolProps {
  readonly type: "fs";
  /** Block device with the file system. */
  readonly device: string;
  /** Where it is mounted. */
  readonly path: string;
  /** @default auto */
  readonly format?:
    | "auto"
    | "ext2"
    | "ext3"
    | "ext4"
    | "ufs"
    | "iso9660"
    | "udf"
    | "gfs"
    | "gfs2"
    | "vfat"
    | "hfs+"
    | "xfs"
    | "ocfs2"
    | "vmfs";
  readonly permissions?: PoolPermissions;
}

export interface NetfsPoolProps extends CommonPoolProps {
  readonly type: "netfs";
  /** Host name or address of the server. */
  readonly host: string;
  /** What the server exports: `/export/vms`. */
  readonly export: string;
  /** Where it is mounted. */
  readonly path: string;
  /** @default nfs */
  readonly format?: "auto" | "nfs" | "glusterfs" | "cifs";
  /** NFS protocol version: `4.1`. */
  readonly version?: string;
  readonly permissions?: PoolPermissions;
}

export interface LogicalPoolProps extends CommonPoolProps {
  readonly type: "logical";
  /** The LVM volume group. */
  readonly volumeGroup: string;
  /** Its physical volumes; needed to build it. */
  readonly devices?: readonly string[];
}

export interface DiskPoolProps extends CommonPoolProps {
  readonly type: "disk";
  /** The disk that is partitioned: `/dev/sdb`. */
  readonly device: string;
  /** Partition table. @default gpt */
  readonly format?: "dos" | "dvh" | "gpt" | "mac" | "bsd" | "pc98" | "sun" | "lvm2";
  /** @default /dev */
  readonly path?: string;
}

export interface IscsiPoolProps extends CommonPoolProps {
  readonly type: "iscsi";
  readonly host: string;
  /** @default 3260 */
  readonly port?: number;
  /** `iqn.2013-06.com.example:target`. */
  readonly target: string;
  /** @default - the host's own */
  readonly initiator?: string;
  readonly auth?: PoolAuth;
  /** @default /dev/disk/by-path */
  readonly path?: string;
}

export interface IscsiDirectPoolProps extends CommonPoolProps {
  readonly type: "iscsi-direct";
  readonly host: string;
  /** @default 3260 */
  readonly port?: number;
  readonly target: string;
  readonly initiator: string;
  readonly auth?: PoolAuth;
}

export interface ScsiPoolProps extends CommonPoolProps {
  readonly type: "scsi";
  /** A SCSI host as `scsi_host5`, or a Fibre Channel vHBA by its names. */
  readonly adapter: string | { readonly wwnn: string; readonly wwpn: string; readonly parent?: string };
  /** @default /dev/disk/by-path */
  readonly path?: string;
}

export interface MpathPoolProps extends CommonPoolProps {
  readonly type: "mpath";
  /** @default /dev/mapper */
  readonly path?: string;
}

export interface GlusterPoolProps extends CommonPoolProps {
  readonly type: "gluster";
  readonly host: string;
  /** The Gluster volume. */
  readonly volume: string;
  /** Directory inside it. @default / */
  readonly directory?: string;
}

export interface RbdPoolProps extends CommonPoolProps {
  readonly type: "rbd";
  /** Ceph monitors. */
  readonly monitors: readonly { readonly name: string; readonly port?: number }[];
  /** The Ceph pool. */
  readonly pool: string;
  readonly auth?: PoolAuth;
}

export interface ZfsPoolProps extends CommonPoolProps {
  readonly type: "zfs";
  /** The ZFS pool or data set: `tank/vms`. */
  readonly zpool: string;
  /** Its devices; needed to build it. */
  readonly devices?: readonly string[];
}

export interface VstoragePoolProps extends CommonPoolProps {
  readonly type: "vstorage";
  readonly cluster: string;
  /** Where it is mounted. */
  readonly path: string;
  readonly permissions?: PoolPermissions;
}

export type StoragePoolProps =
  | DirectoryPoolProps
  | FsPoolProps
  | NetfsPoolProps
  | LogicalPoolProps
  | DiskPoolProps
  | IscsiPoolProps
  | IscsiDirectPoolProps
  | ScsiPoolProps
  | MpathPoolProps
  | GlusterPoolProps
  | RbdPoolProps
  | ZfsPoolProps
  | VstoragePoolProps;

export type StoragePoolType = StoragePoolProps["type"];
/** The props of one kind, for the factory that names the kind itself. */
export type PoolOf<Props extends StoragePoolProps> = Omit<Props, "type">;

export interface ExistingPoolOptions {
  /** What kind it is, which tells whether its volumes are files. @default directory */
  readonly type?: StoragePoolType;
}
