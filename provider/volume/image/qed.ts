import { type HeadReader, little64, named, starts } from "./head.ts";

/** Features, bit 0: it has a backing file. */
const BACKING_FILE_BIT = 1;

/** QED: https://www.qemu.org/docs/master/interop/qed_spec.html */
export const readQed: HeadReader = (head) => {
  if (head.length < 64 || !starts(head, "QED\0")) return undefined;
  const backed = (head.readUInt32LE(16) & BACKING_FILE_BIT) !== 0;
  return {
    format: "qed",
    capacity: little64(head, 48),
    references: backed ? [named("backing", head, head.readUInt32LE(56), head.readUInt32LE(60))] : [],
  };
};
