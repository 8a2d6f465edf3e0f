/** Props common to all storage pools; `type` distinguishes them. See https://libvirt.org/storage.html */

interface CommonPoolProps {
  /** Name of the pool on the host. @default - from the construct path */
  readonly name?: string;
  /**
   * Create the underlying storage: the directory or mount point; for `logical`, `disk` and `zfs` this writes to the devices.
   * @default - true for directory, fs, netfs and vstorage, else false
   */
  readonly build?: boolean;
  /** @default true */
  readonly start?: boolean;
  /** Start at host boot. @default true */
  readonly autostart?: boolean;
  /** Delete the underlying storage with the pool. @default - only what cdkvm built */
  readonly deleteStorage?: boolean;
  /** Never destroy or replace it: such a plan is an error. @default false */
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

/** Credentials for the storage: the password is a libvirt secret (https://libvirt.org/formatsecret.html). */
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
  /** Mount point. */
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
  /** The server's export: `/export/vms`. */
  readonly export: string;
  /** Mount point. */
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
  /** Its physical volumes; required to build it. */
  readonly devices?: readonly string[];
}

export interface DiskPoolProps extends CommonPoolProps {
  readonly type: "disk";
  /** The partitioned disk: `/dev/sdb`. */
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
  /** A SCSI host such as `scsi_host5`, or a Fibre Channel vHBA by its WWNs. */
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
  /** The ZFS pool or dataset: `tank/vms`. */
  readonly zpool: string;
  /** Its devices; required to build it. */
  readonly devices?: readonly string[];
}

export interface VstoragePoolProps extends CommonPoolProps {
  readonly type: "vstorage";
  readonly cluster: string;
  /** Mount point. */
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
/** The props of one pool type, for the factory method of that type. */
export type PoolOf<Props extends StoragePoolProps> = Omit<Props, "type">;

export interface ExistingPoolOptions {
  /** Its type, which tells whether its volumes are files. @default directory */
  readonly type?: StoragePoolType;
}
