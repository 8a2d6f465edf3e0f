import type { ByteSize } from "../model/bytes.ts";
import type { IImage, IStoragePool, IVolume } from "./storage.ts";

export type DiskBus = "virtio" | "scsi" | "sata" | "usb" | "ide";

/** How a disk is attached, whatever it contains (https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms). */
export interface DiskOptions {
  /** Names the new volume: `<vm>-<name>`. @default - the disk's name in the guest: vda, vdb, ... */
  readonly name?: string;
  /** Pool for a new disk. @default - the VM's */
  readonly pool?: IStoragePool;
  /** @default - qcow2 for new disks, raw for block devices and in their pools */
  readonly format?: "qcow2" | "raw" | "vmdk" | "vdi" | "vpc";
  /** @default - virtio; sata for a CD drive */
  readonly bus?: DiskBus;
  /** @default - the hypervisor's */
  readonly cache?: "default" | "none" | "writethrough" | "writeback" | "directsync" | "unsafe";
  /** @default - the hypervisor's */
  readonly io?: "native" | "threads" | "io_uring";
  /** How the storage handles a guest's trim. @default unmap */
  readonly discard?: "unmap" | "ignore";
  /** Serial number that the guest sees. */
  readonly serial?: string;
  /** @default - true for a CD drive */
  readonly readOnly?: boolean;
  /** Several guests use it concurrently. @default false */
  readonly shareable?: boolean;
  /** Never destroy or replace the new disk. @default - the VM's `protect` */
  readonly protect?: boolean;
}

/** A disk as data: one of `image`, `volume`, `block`, `file`, `cdrom`; or just a `size`, for a blank one. */
export interface DiskProps extends DiskOptions {
  /** The disk's initial content; it stores only differences (copy on write). A string is a URL, or a path where apply runs. */
  readonly image?: IImage | string;
  /** Capacity: `20 GiB`. @default - the image's */
  readonly size?: ByteSize | string;
  /** An existing volume. */
  readonly volume?: IVolume;
  /** A block device on the host: `/dev/sdb`. */
  readonly block?: string;
  /** A disk image file on the host, used in place. */
  readonly file?: string;
  /** A CD drive with an ISO image: an Image, a volume, or a path on the host; true for an empty drive. */
  readonly cdrom?: IImage | IVolume | string | boolean;
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

  /** A new disk based on an image: it stores only differences (copy on write). */
  static fromImage(image: IImage | string, options: DiskOptions & { readonly size?: ByteSize | string } = {}): Disk {
    return new Disk({ ...options, image });
  }
  /** A new, empty disk. */
  static blank(size: ByteSize | string, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, size });
  }
  /** An existing volume. */
  static fromVolume(volume: IVolume, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, volume });
  }
  /** A block device on the host. */
  static block(path: string, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, block: path });
  }
  /** A disk image file on the host, used in place. */
  static file(path: string, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, file: path });
  }
  /** A CD drive with an ISO image; empty if none is given. */
  static cdrom(iso: IImage | IVolume | string | true = true, options: DiskOptions = {}): Disk {
    return new Disk({ ...options, cdrom: iso });
  }

  toJSON(): DiskProps {
    return this.props;
  }
}

/** An Image alone is a copy-on-write disk of the image's size; a Volume alone is that volume. */
export type AnyDisk = Disk | DiskProps | IImage | IVolume;
