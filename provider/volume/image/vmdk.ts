import { type FileReference, type HeadReader, little64, starts } from "./head.ts";

const SECTOR = 512;
/** Where QEMU and libvirt look for the descriptor in a sparse extent, whatever location its header gives. */
const DESCRIPTOR_AT = SECTOR;
/** How much of it they read. */
const DESCRIPTOR_BYTES = 20 * SECTOR;

/**
 * VMDK, from VMware's "Virtual Disk Format 5.0": a sparse extent with an embedded descriptor, or a descriptor alone. A descriptor
 * alone holds no data: all data is in files that it names.
 */
export const readVmdk: HeadReader = (head) => {
  if (head.length >= SECTOR && starts(head, "KDMV")) {
    const capacity = little64(head, 12) * SECTOR;
    const descriptor = textFrom(head, DESCRIPTOR_AT);
    const parents = [...parentsIn(descriptor), ...parentsIn(textFrom(head, little64(head, 28) * SECTOR))];
    // QEMU treats an extent without a capacity as a mere container for its descriptor.
    const extents = capacity === 0 ? orSome(extentsIn(textFrom(head, little64(head, 28) * SECTOR))) : [];
    return { format: "vmdk", capacity, references: [...distinct(parents), ...extents] };
  }
  if (!/^# *Disk DescriptorFile/i.test(head.toString("latin1", 0, 64))) return undefined;
  const descriptor = head.toString("latin1");
  return { format: "vmdk", references: [...parentsIn(descriptor), ...orSome(extentsIn(descriptor))] };
};

const textFrom = (head: Buffer, at: number): string => (at < head.length ? head.toString("latin1", at, at + DESCRIPTOR_BYTES) : "");

/** `parentFileNameHint="base.vmdk"` */
const parentsIn = (descriptor: string): FileReference[] =>
  [...descriptor.matchAll(/parentFileNameHint\s*=\s*"([^"\0]*)/gi)].flatMap(([, name = ""]) =>
    name === "" ? [] : [{ kind: "parent", name }],
  );

/** `RW 2048 FLAT "disk-flat.vmdk" 0` */
const extentsIn = (descriptor: string): FileReference[] =>
  [...descriptor.matchAll(/^\s*\w+[ \t]+\d+[ \t]+\w+[ \t]+"([^"\r\n\0]+)/gm)].map(([, name = ""]) => ({ kind: "extent", name }));

const orSome = (extents: readonly FileReference[]): readonly FileReference[] => (extents.length === 0 ? [{ kind: "extent" }] : extents);

const distinct = (references: readonly FileReference[]): FileReference[] => [
  ...new Map(references.map((reference) => [reference.name, reference])).values(),
];
