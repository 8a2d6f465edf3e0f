import { big64, type FileReference, type HeadReader, starts } from "./head.ts";

const DIFFERENCING = 4;
/** In the dynamic disk header: the parent's name, UTF-16 big-endian. */
const PARENT_NAME = { at: 64, length: 512 } as const;

/** VHD (`vpc`), dynamic or differencing: https://go.microsoft.com/fwlink/p/?linkid=137171. A fixed one has its header at its end: raw. */
export const readVhd: HeadReader = (head) => {
  if (head.length < 512 || !starts(head, "conectix")) return undefined;
  const above = head.readUInt32BE(60) === DIFFERENCING;
  return { format: "vpc", capacity: big64(head, 48), references: above ? [parent(head, big64(head, 16))] : [] };
};

function parent(head: Buffer, header: number): FileReference {
  const from = header + PARENT_NAME.at;
  if (from + PARENT_NAME.length > head.length) return { kind: "parent" };
  const text = Buffer.from(head.subarray(from, from + PARENT_NAME.length))
    .swap16()
    .toString("utf16le");
  const name = text.split("\0", 1)[0] ?? "";
  return name === "" ? { kind: "parent" } : { kind: "parent", name };
}
