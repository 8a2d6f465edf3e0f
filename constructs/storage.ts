import { Construct, type IConstruct } from "constructs";
import type { ByteSize } from "../model/bytes.ts";
import type { Pool, Volume as VolumeResource } from "./provider-libvirt/index.ts";
import type { StoragePoolType } from "./storage-pool-props.ts";

/** A storage pool: one that this program creates, or an existing one. */
export interface IStoragePool extends IConstruct {
  /** The pool's name on the host: of a pool that is created here, a reference, so that its users come after it. */
  readonly name: string;
  readonly type: StoragePoolType;
  /** Whether its volumes are files: only those can be qcow2 and have a backing image. */
  readonly holdsFiles: boolean;
  /** The underlying resource; none for an existing pool. */
  readonly resource?: Pool;
  /** Adds a volume to this pool. */
  addVolume(id: string, props: Omit<VolumeProps, "pool">): IVolume;
}

export type ImageFormat = "qcow2" | "raw" | "vmdk" | "vdi" | "vpc" | "iso";

/** A volume: one that this program creates, or an existing one. */
export interface IVolume extends IConstruct {
  /** Its name in the pool: of a volume that is created here, a reference, so that its users come after it. */
  readonly name: string;
  readonly pool: IStoragePool;
  readonly format: ImageFormat;
  /** Its capacity, if the program sets it. */
  readonly size?: ByteSize | undefined;
  /** Its path on the host, known after apply; of an existing volume, what the program says. */
  readonly path: string;
  /** The underlying resource; none for an existing volume. */
  readonly resource?: VolumeResource;
}

/** A disk image, of which each pool that needs it gets a copy. */
export interface IImage extends IConstruct {
  /** URL or absolute path, as passed to the provider. */
  readonly source: string;
  readonly checksum?: string | undefined;
  readonly format: ImageFormat;
  readonly allowBackingFile: boolean;
  /** The volume with this image in a pool; shared by all callers. */
  volumeIn(pool: IStoragePool): IVolume;
}

export interface VolumeProps {
  /** Name of the volume in its pool. @default - from the construct path, with the format as extension */
  readonly name?: string;
  /** @default - the host's own pool */
  readonly pool?: IStoragePool;
  /** Capacity: `20 GiB`. It can grow in place, but never shrinks. @default - that of the image or backing volume */
  readonly size?: ByteSize | string;
  /** @default - qcow2; raw in pools of block devices; the image's format for a copy of an image */
  readonly format?: ImageFormat;
  /** Image to copy into the volume. @default - blank */
  readonly image?: IImage;
  /** Backing volume or image; only differences are stored here (copy on write). @default - nothing */
  readonly backing?: IVolume | IImage;
  /** Never destroy or replace it: such a plan is an error. @default false */
  readonly protect?: boolean;
}

export const isVolume = (value: unknown): value is IVolume => Construct.isConstruct(value) && "pool" in value && "format" in value;
export const isImage = (value: unknown): value is IImage => Construct.isConstruct(value) && "volumeIn" in value && "source" in value;
