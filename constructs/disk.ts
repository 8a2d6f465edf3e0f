import type { ByteSize } from "../model/bytes.ts";
import type { Image } from "./image.ts";
import type { StoragePool } from "./storage-pool.ts";
import type { Volume } from "./volume.ts";

export type DiskBus = "virtio" | "scsi" | "sata" | "usb" | "ide";

/** How a disk is plugged in, whatever it holds (https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms). */
export interface DiskOptions {
  /** Names the new volume: `<vm>-<name>`. @default - the disk's place in the guest: vda, vdb, ... */
  readonly name?: string;
  /** Pool of a new disk. @default - the VM's */
  readonly pool?: StoragePool;
  /** @default - qcow2 for new disks, raw for block devices and in pools of them */
  readonly format?: "qcow2" | "raw" | "vmdk" | "vdi" | "vpc";
  /** @default - virtio; sata for a CD drive */
  readonly bus?: DiskBus;
  /** @default - the hypervisor's */
  readonly cache?: "default" | "none" | "writethrough" | "writeback" | "directsync" | "unsafe";
  /** @default - the hypervisor's */
  readonly io?: "native" | "threads" | "io_uring";
  /** What a guest's trim does to the storage. @default unmap */
  readonly discard?: "unmap" | "ignore";
  /** Serial number that the guest sees. */
  readonly serial?: string;
  /** @default - true for a CD drive */
  readonly readOnly?: boolean;
  /** Several guests use it at once. @default false */
  readonly shareable?: boolean;
  /** Never destroy or replace the new disk. @default - the VM's `protect` */
  readonly protect?: boolean;
}

/** A disk as data: one of `image`, `volume`, `block`, `file`, `cdrom`; or just a `size`, for a blank one. */
export interface DiskProps extends DiskOptions {
  /** What the disk starts as; it keeps only the differences (copy on write). A string is a URL, or a path where apply runs. */
  readonly image?: Image | string;
  /** Capacity: `20 GiB`. @default - the image's */
  readonly size?: ByteSize | string;
  /** A volume that is there already. */
  readonly volume?: Volume;
  /** A block device of the host: `/dev/sdb`. */
  readonly block?: string;
  /** A disk image file of the host, used in place. */
  readonly file?: string;
  /** A CD drive with an ISO image in it: an Image, a volume, or a path on the host; true for an empty one. */
  readonly cdrom?: Image | Volume | string | boolean;
}

/**
 * A disk of a guest.
 *
 * ```ts
 * disks: [Disk.fromImage(debian, { size: "20 GiB" }), Disk.blank("100 GiB"), Disk.cdrom("/srv/iso/tools.iso")]
 * disks: [{ image: debian, size: "20 GiB" }, { size: "100 GiB" }, { cdrom: "/srv/iso/tools.iso" }] // the same
 * ```
 */
export class Disk {
  readonly props: DiskProps;

  private constructor(props: DiskProps) {
    this.props = props;
  }

  /** A new disk on top of an image: it keeps only what differs (copy on write). */
  static fromImage(image: Image | string, options: DiskOptions & { readonly size?: ByteSize | string } = {}): Disk {
    return new Disk({ ...options, image });
  }
  /** A new, empty disk. */
  static blank(size: ByteSize | string, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, size });
  }
  /** A volume that is there already. */
  static fromVolume(volume: Volume, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, volume });
  }
  /** A block device of the host. */
  static block(path: string, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, block: path });
  }
  /** A disk image file of the host, used in place. */
  static file(path: string, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, file: path });
  }
  /** A CD drive with an ISO image in it; an empty one without. */
  static cdrom(iso: Image | Volume | string | true = true, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, cdrom: iso });
  }

  toJSON(): DiskProps {
    return this.props;
  }
}

/** An Image alone is a copy-on-write disk of the image's size, a Volume alone that volume. */
export type AnyDisk = Disk | DiskProps | Image | Volume;
