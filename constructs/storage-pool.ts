import { Construct } from "constructs";
import { check } from "../model/check.ts";
import { storagePoolProps } from "../model/props/storage-pool.ts";
import { settingsOf } from "./host-settings.ts";
import { MadeVolume } from "./made-volume.ts";
import { claimName } from "./names.ts";
import { poolConfig } from "./pool-config.ts";
import { Pool } from "./provider-libvirt/index.ts";
import type {
  DirectoryPoolProps,
  DiskPoolProps,
  ExistingPoolOptions,
  FsPoolProps,
  GlusterPoolProps,
  IscsiDirectPoolProps,
  IscsiPoolProps,
  LogicalPoolProps,
  MpathPoolProps,
  NetfsPoolProps,
  PoolOf,
  RbdPoolProps,
  ScsiPoolProps,
  StoragePoolProps,
  StoragePoolType,
  VstoragePoolProps,
  ZfsPoolProps,
} from "./storage-pool-props.ts";
import type { IStoragePool, IVolume, VolumeProps } from "./storage.ts";
import { volumeSettings } from "./volume-config.ts";

/** Pools whose volumes are files, which can be qcow2 and have backing files. */
const FILES: ReadonlySet<StoragePoolType> = new Set(["directory", "fs", "netfs", "vstorage", "gluster"]);

abstract class PoolBase extends Construct implements IStoragePool {
  abstract readonly name: string;
  abstract readonly type: StoragePoolType;

  /** Whether its volumes are files: only those can be qcow2 and have a backing image. */
  get holdsFiles(): boolean {
    return FILES.has(this.type);
  }

  /** Adds a volume to this pool. */
  addVolume(id: string, props: Omit<VolumeProps, "pool">): IVolume {
    return new MadeVolume(this, id, this, (volume) => volumeSettings(volume, this, props));
  }
}

/**
 * Storage for a host's disks (https://libvirt.org/storage.html).
 *
 * ```ts
 * const fast = StoragePool.directory(host, "fast", { path: "/srv/vms" });
 * const lvm = StoragePool.logical(host, "lvm", { volumeGroup: "vg0" });
 * const theirs = StoragePool.existing(host, "default", "default");
 * ```
 */
export class StoragePool extends PoolBase {
  /** The pool's name on the host: a reference, so that its users come after it. */
  readonly name: string;
  readonly type: StoragePoolType;
  readonly resource: Pool;

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: StoragePoolProps) {
    super(scope, id);
    check(storagePoolProps, props, `StoragePool ${this.node.path}`);
    this.type = props.type;
    const name = claimName(this, "StoragePool", { given: props.name });
    this.resource = new Pool(this, "Default", poolConfig(name, props, settingsOf(this).provider));
    this.name = this.resource.name;
  }

  /** Files in a directory on the host. */
  static directory(scope: Construct, id: string, props: PoolOf<DirectoryPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "directory" });
  }
  /** Files on a block device that libvirt mounts. */
  static fs(scope: Construct, id: string, props: PoolOf<FsPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "fs" });
  }
  /** Files on NFS, CIFS or Gluster that libvirt mounts. */
  static netfs(scope: Construct, id: string, props: PoolOf<NetfsPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "netfs" });
  }
  /** Logical volumes in an LVM volume group. */
  static logical(scope: Construct, id: string, props: PoolOf<LogicalPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "logical" });
  }
  /** Partitions on a disk. */
  static disk(scope: Construct, id: string, props: PoolOf<DiskPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "disk" });
  }
  /** LUNs of an iSCSI target that the host logs in to. */
  static iscsi(scope: Construct, id: string, props: PoolOf<IscsiPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "iscsi" });
  }
  /** LUNs of an iSCSI target that QEMU logs in to. */
  static iscsiDirect(scope: Construct, id: string, props: PoolOf<IscsiDirectPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "iscsi-direct" });
  }
  /** LUNs of a SCSI or Fibre Channel adapter. */
  static scsi(scope: Construct, id: string, props: PoolOf<ScsiPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "scsi" });
  }
  /** The host's multipath devices. */
  static mpath(scope: Construct, id: string, props: PoolOf<MpathPoolProps> = {}): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "mpath" });
  }
  /** Files on a Gluster volume, without mounting it. */
  static gluster(scope: Construct, id: string, props: PoolOf<GlusterPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "gluster" });
  }
  /** Images in a Ceph pool. */
  static rbd(scope: Construct, id: string, props: PoolOf<RbdPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "rbd" });
  }
  /** Volumes of a ZFS pool. */
  static zfs(scope: Construct, id: string, props: PoolOf<ZfsPoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "zfs" });
  }
  /** Files on a Virtuozzo storage cluster. */
  static vstorage(scope: Construct, id: string, props: PoolOf<VstoragePoolProps>): StoragePool {
    return new StoragePool(scope, id, { ...props, type: "vstorage" });
  }

  /** An existing pool of the host, by name; cdkvm neither creates nor removes it. */
  static existing(scope: Construct, id: string, name: string, options: ExistingPoolOptions = {}): IStoragePool {
    return new ExistingPool(scope, id, name, options.type ?? "directory");
  }
}

class ExistingPool extends PoolBase {
  readonly name: string;
  readonly type: StoragePoolType;

  constructor(scope: Construct, id: string, name: string, type: StoragePoolType) {
    super(scope, id);
    this.name = name;
    this.type = type;
  }

  override toString(): string {
    return this.name;
  }
}
