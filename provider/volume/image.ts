/** What an image is, from its first bytes. */
export interface ImageHead {
  /** As libvirt names formats; anything unknown is `raw`. */
  readonly format: "qcow2" | "qed" | "vmdk" | "vdi" | "vpc" | "iso" | "raw";
  /** The size that a guest sees, in bytes, where the head says it; of a raw image that is its length. */
  readonly capacity?: number;
  /** The image says that another one lies beneath it. */
  readonly hasBacking?: boolean;
}

/** How much of an image has to be known to tell what it is. */
export const HEAD_BYTES = 64 * 1024;

const starts = (head: Buffer, at: number, magic: string): boolean => head.toString("latin1", at, at + magic.length) === magic;
const big64 = (head: Buffer, at: number): number => Number(head.readBigUInt64BE(at));
const little64 = (head: Buffer, at: number): number => Number(head.readBigUInt64LE(at));

/**
 * Reads an image's header: https://www.qemu.org/docs/master/interop/qcow2.html and the formats that QEMU reads beside it.
 */
export function readHead(head: Buffer): ImageHead {
  if (head.length >= 72 && starts(head, 0, "QFI\xfb"))
    return { format: "qcow2", capacity: big64(head, 24), hasBacking: big64(head, 8) !== 0 };
  if (head.length >= 64 && starts(head, 0, "QED\0")) return { format: "qed", capacity: little64(head, 48) };
  if (head.length >= 512 && starts(head, 0, "KDMV")) return { format: "vmdk", capacity: little64(head, 12) * 512 };
  if (head.length >= 512 && starts(head, 0, "# Disk DescriptorFile")) return { format: "vmdk" };
  if (head.length >= 512 && head.readUInt32LE(64) === 0xbeda107f) return { format: "vdi", capacity: little64(head, 368) };
  if (head.length >= 512 && starts(head, 0, "conectix")) return { format: "vpc", capacity: big64(head, 48) };
  if (head.length >= 32_774 && starts(head, 32_769, "CD001")) return { format: "iso" };
  return { format: "raw" };
}

/** Formats in which a file's bytes are the disk's bytes. */
export const isPlain = ({ format }: ImageHead): boolean => format === "raw" || format === "iso";
