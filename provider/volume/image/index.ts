import type { HeadReader, ImageHead } from "./head.ts";
import { readQcow2 } from "./qcow2.ts";
import { readQed } from "./qed.ts";
import { readVdi } from "./vdi.ts";
import { readVhd } from "./vhd.ts";
import { readVmdk } from "./vmdk.ts";

export { type FileReference, HEAD_BYTES, type ImageHead } from "./head.ts";

const readIso: HeadReader = (head) =>
  head.length >= 32_774 && head.toString("latin1", 32_769, 32_774) === "CD001" ? { format: "iso", references: [] } : undefined;

const readers: readonly HeadReader[] = [readQcow2, readQed, readVmdk, readVdi, readVhd, readIso];

/** Identifies an image from its first {@link HEAD_BYTES}, or from all of it if it is shorter. */
export function readHead(head: Buffer): ImageHead {
  for (const read of readers) {
    const found = read(head);
    if (found !== undefined) return found;
  }
  return { format: "raw", references: [] };
}

/** Formats in which a file's bytes are the disk's bytes. */
export const isPlain = ({ format }: ImageHead): boolean => format === "raw" || format === "iso";
