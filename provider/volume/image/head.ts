/** Another file that an image says it needs, and the name that it gives for it, where one can be read. */
export interface FileReference {
  /**
   * - `backing`: what an overlay lies on (qcow, qcow2, qed)
   * - `data`: where the guest's data lies, apart from the image (qcow2)
   * - `extent`: a part of the disk, named by a descriptor (vmdk)
   * - `parent`: what a differencing image lies on (vmdk, vdi, vpc)
   */
  readonly kind: "backing" | "data" | "extent" | "parent";
  readonly name?: string;
}

/** What an image is, from its first bytes. */
export interface ImageHead {
  /** As libvirt names formats; anything unknown is `raw`. */
  readonly format: "qcow" | "qcow2" | "qed" | "vmdk" | "vdi" | "vpc" | "iso" | "raw";
  /** The size that a guest sees, in bytes, where the head says it; of a raw image that is its length. */
  readonly capacity?: number;
  /** The other files that QEMU or libvirt would open with this one. */
  readonly references: readonly FileReference[];
}

/** How much of an image has to be known to tell what it is. */
export const HEAD_BYTES = 64 * 1024;

/** Reads the header of one format; `undefined` where the image is of another. Any bytes will do: it never throws. */
export type HeadReader = (head: Buffer) => ImageHead | undefined;

export const starts = (head: Buffer, magic: string): boolean => head.toString("latin1", 0, magic.length) === magic;
export const big64 = (head: Buffer, at: number): number => Number(head.readBigUInt64BE(at));
export const little64 = (head: Buffer, at: number): number => Number(head.readBigUInt64LE(at));

/** A reference whose name stands at a place that may lie beyond the bytes that are known. */
export function named(kind: FileReference["kind"], head: Buffer, at: number, length: number): FileReference {
  if (at + length > head.length) return { kind };
  const name = head.toString("utf8", at, at + length).split("\0", 1)[0] ?? "";
  return name === "" ? { kind } : { kind, name };
}
