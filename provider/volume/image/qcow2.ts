import { big64, type FileReference, type HeadReader, named, starts } from "./head.ts";

const V2_HEADER = 72;
/** Incompatible features, bit 2: the guest's data is in another file. */
const DATA_FILE_BIT = 4;
/** Header extension that names that file. */
const DATA_FILE = 0x44415441;
const END = 0;

/**
 * qcow2: https://www.qemu.org/docs/master/interop/qcow2.html; and its predecessor qcow, which has version 1 and stores the backing
 * file in the same place.
 */
export const readQcow2: HeadReader = (head) => {
  if (head.length < V2_HEADER || !starts(head, "QFI\xfb")) return undefined;
  const version = head.readUInt32BE(4);
  const references: FileReference[] = [];
  const [at, length] = [big64(head, 8), head.readUInt32BE(16)];
  if (at !== 0 && length !== 0) references.push(named("backing", head, at, length));
  if (version >= 3 && head.length >= 80 && (head.readUInt32BE(76) & DATA_FILE_BIT) !== 0) references.push(dataFile(head));
  return { format: version === 1 ? "qcow" : "qcow2", capacity: big64(head, 24), references };
};

/** Extensions follow the header: type, length, and data padded to 8 bytes. */
function dataFile(head: Buffer): FileReference {
  for (let at = head.length >= 104 ? head.readUInt32BE(100) : head.length; at + 8 <= head.length;) {
    const [type, length] = [head.readUInt32BE(at), head.readUInt32BE(at + 4)];
    if (type === DATA_FILE) return named("data", head, at + 8, length);
    if (type === END) break;
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return { kind: "data" };
}
