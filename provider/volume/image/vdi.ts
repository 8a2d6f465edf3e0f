import { type FileReference, type HeadReader, little64 } from "./head.ts";

const SIGNATURE = 0xbeda107f;
const DIFFERENCING = 4;
/** The UUIDs of the parent image and of that one's parent: VDI contains no file names. */
const LINK = 0x1a8;

/** VirtualBox's VDI, as described in QEMU's block/vdi.c. */
export const readVdi: HeadReader = (head) => {
  if (head.length < 512 || head.readUInt32LE(64) !== SIGNATURE) return undefined;
  const link = head.subarray(LINK, LINK + 16);
  const above = head.readUInt32LE(76) === DIFFERENCING || link.some((byte) => byte !== 0);
  const parent: FileReference = { kind: "parent", name: `{${link.toString("hex")}}` };
  return { format: "vdi", capacity: little64(head, 368), references: above ? [parent] : [] };
};
