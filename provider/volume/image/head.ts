/** Another file that an image requires, with the name that the image gives for it, if readable. */
export interface FileReference {
  /**
   * - `backing`: the backing file of an overlay (qcow, qcow2, qed)
   * - `data`: an external file with the guest's data (qcow2)
   * - `extent`: a part of the disk, named by a descriptor (vmdk)
   * - `parent`: the parent of a differencing image (vmdk, vdi, vpc)
   */
  readonly kind: "backing" | "data" | "extent" | "parent";
  readonly name?: string;
}

/** What an image is, from its first bytes. */
export interface ImageHead {
  /** libvirt's format name; anything unknown is `raw`. */
  readonly format: "qcow" | "qcow2" | "qed" | "vmdk" | "vdi" | "vpc" | "iso" | "raw";
  /** The size that a guest sees, in bytes, if the header contains it; for a raw image, that is its length. */
  readonly capacity?: number;
  /** The other files that QEMU or libvirt would open with this one. */
  readonly references: readonly FileReference[];
}

/** Number of bytes needed to identify an image. */
export const HEAD_BYTES = 64 * 1024;

/** Reads the header of one format; `undefined` if the image has another format. Never throws, whatever the bytes. */
export type HeadReader = (head: Buffer) => ImageHead | undefined;

export const starts = (head: Buffer, magic: string): boolean => head.toString("latin1", 0, magic.length) === magic;
export const big64 = (head: Buffer, at: number): number => Number(head.readBigUInt64BE(at));
export const little64 = (head: Buffer, at: number): number => Number(head.readBigUInt64LE(at));

/** A reference whose name may be located beyond the known bytes. */
export function named(kind: FileReference["kind"], head: Buffer, at: number, length: number): FileReference {
  if (at + length > head.length) return { kind };
  const name = head.toString("utf8", at, at + length).split("\0", 1)[0] ?? "";
  return name === "" ? { kind } : { kind, name };
}
