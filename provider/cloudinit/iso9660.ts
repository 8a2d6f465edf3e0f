/**
 * Writes a small read-only CD image: ISO 9660 (ECMA-119) with Rock Ridge and Joliet names, files in the root only. The same
 * files give the same bytes. Why not a library: docs/adr.
 *
 * https://ecma-international.org/publications-and-standards/standards/ecma-119/, IEEE P1282 (Rock Ridge), Joliet 1.0
 */

const SECTOR = 2048;
/** Sectors, in the order in which they are written. */
const PRIMARY = 16;
const JOLIET = 17;
const TERMINATOR = 18;
const PRIMARY_PATHS = 19;
const JOLIET_PATHS = 21;
const PRIMARY_ROOT = 23;
const JOLIET_ROOT = 24;
const CONTINUATION = 25;
const FIRST_FILE = 26;

/** 1 January 2000, for a date would make the bytes differ from run to run. */
const RECORDED = Buffer.from([100, 1, 1, 0, 0, 0, 0]);
const CREATED = Buffer.concat([Buffer.from("2000010100000000"), Buffer.alloc(1)]);
const NO_DATE = Buffer.concat([Buffer.alloc(16, "0"), Buffer.alloc(1)]);

const REGULAR_FILE = 0o100444;
const DIRECTORY = 0o40555;

export interface IsoFile {
  /** At most 64 characters, without a slash. */
  readonly name: string;
  readonly content: Uint8Array;
}

interface Placed extends IsoFile {
  readonly sector: number;
  /** As ISO 9660 level 1 has it: `USER_DAT.;1`. */
  readonly plain: string;
}

const sectorsOf = (bytes: number): number => Math.ceil(bytes / SECTOR);

/** The image, a multiple of 2,048 bytes long. */
export function isoImage(label: string, files: readonly IsoFile[]): Buffer {
  let next = FIRST_FILE;
  const placed = files.map((file, index): Placed => {
    const sector = next;
    next += Math.max(1, sectorsOf(file.content.length));
    return { ...file, sector, plain: plainName(file.name, index) };
  });
  const image = Buffer.alloc(next * SECTOR);
  const put = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * SECTOR);

  put(PRIMARY, descriptor(1, Buffer.from(label.padEnd(32)), next, PRIMARY_PATHS, PRIMARY_ROOT));
  put(JOLIET, descriptor(2, ucs2(label.padEnd(16)), next, JOLIET_PATHS, JOLIET_ROOT));
  put(TERMINATOR, Buffer.from("\xffCD001\x01", "latin1"));
  for (const [paths, root] of [
    [PRIMARY_PATHS, PRIMARY_ROOT],
    [JOLIET_PATHS, JOLIET_ROOT],
  ] as const) {
    put(paths, pathTable(root, false));
    put(paths + 1, pathTable(root, true));
  }
  put(
    PRIMARY_ROOT,
    directory(PRIMARY_ROOT, placed, ({ plain }) => Buffer.from(plain), true),
  );
  put(
    JOLIET_ROOT,
    directory(JOLIET_ROOT, placed, ({ name }) => ucs2(name), false),
  );
  put(CONTINUATION, extensionReference());
  for (const { sector, content } of placed) put(sector, content);
  return image;
}

function plainName(name: string, index: number): string {
  const plain = name
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, "_")
    .slice(0, 8);
  return `${plain || `FILE${index}`}.;1`;
}

const ucs2 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

/** A number in both byte orders (ECMA-119 7.2.3, 7.3.3). */
function both16(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(value, 0);
  bytes.writeUInt16BE(value, 2);
  return bytes;
}
function both32(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(value, 0);
  bytes.writeUInt32BE(value, 4);
  return bytes;
}

/** The primary (1) or supplementary (2) volume descriptor, ECMA-119 8.4 and 8.5. */
function descriptor(type: 1 | 2, label: Buffer, sectors: number, paths: number, root: number): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  const blank = type === 1 ? Buffer.alloc(2048, " ") : ucs2(" ".repeat(1024));
  bytes.set([type]);
  bytes.write("CD001\x01", 1, "latin1");
  blank.copy(bytes, 8, 0, 32);
  label.copy(bytes, 40, 0, 32);
  both32(sectors).copy(bytes, 80);
  if (type === 2) bytes.write("%/E", 88, "latin1"); // UCS-2 level 3
  both16(1).copy(bytes, 120);
  both16(1).copy(bytes, 124);
  both16(SECTOR).copy(bytes, 128);
  both32(PATH_TABLE_BYTES).copy(bytes, 132);
  bytes.writeUInt32LE(paths, 140);
  bytes.writeUInt32BE(paths + 1, 148);
  record(root, SECTOR, true, Buffer.alloc(1)).copy(bytes, 156);
  blank.copy(bytes, 190, 0, 128 * 4 + 37 * 3); // who made it: nobody
  CREATED.copy(bytes, 813);
  CREATED.copy(bytes, 830);
  NO_DATE.copy(bytes, 847);
  NO_DATE.copy(bytes, 864);
  bytes[881] = 1;
  return bytes;
}

const PATH_TABLE_BYTES = 10;

/** The root alone (ECMA-119 9.4). */
function pathTable(root: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(PATH_TABLE_BYTES);
  bytes[0] = 1;
  if (bigEndian) bytes.writeUInt32BE(root, 2);
  else bytes.writeUInt32LE(root, 2);
  if (bigEndian) bytes.writeUInt16BE(1, 6);
  else bytes.writeUInt16LE(1, 6);
  return bytes;
}

/** A directory record, ECMA-119 9.1; `system` is its system use area. */
function record(sector: number, size: number, isDirectory: boolean, name: Buffer, system: Buffer = Buffer.alloc(0)): Buffer {
  const head = 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
  const length = head + system.length + (system.length % 2);
  const bytes = Buffer.alloc(length);
  bytes[0] = length;
  both32(sector).copy(bytes, 2);
  both32(size).copy(bytes, 10);
  RECORDED.copy(bytes, 18);
  bytes[25] = isDirectory ? 2 : 0;
  both16(1).copy(bytes, 28);
  bytes[32] = name.length;
  name.copy(bytes, 33);
  system.copy(bytes, head);
  return bytes;
}

function directory(own: number, files: readonly Placed[], nameOf: (file: Placed) => Buffer, rockRidge: boolean): Buffer {
  const self = rockRidge ? Buffer.concat([SHARING, attributes(DIRECTORY, 2), continuation()]) : undefined;
  const parent = rockRidge ? attributes(DIRECTORY, 2) : undefined;
  const records = files
    .map((file) => ({ file, name: nameOf(file) }))
    .toSorted((one, two) => Buffer.compare(one.name, two.name))
    .map(({ file, name }) =>
      record(
        file.sector,
        file.content.length,
        false,
        name,
        rockRidge ? Buffer.concat([alternateName(file.name), attributes(REGULAR_FILE, 1)]) : undefined,
      ),
    );
  const bytes = Buffer.concat([
    record(own, SECTOR, true, Buffer.from([0]), self),
    record(own, SECTOR, true, Buffer.from([1]), parent),
    ...records,
  ]);
  if (bytes.length > SECTOR) throw new RangeError(`${files.length} files are too many for one sector of names`);
  return bytes;
}

/** `SP`: system use fields begin at once (SUSP 5.3). */
const SHARING = Buffer.from([0x53, 0x50, 7, 1, 0xbe, 0xef, 0]);

/** `CE`: more fields follow elsewhere (SUSP 5.1). */
const continuation = (): Buffer =>
  Buffer.concat([Buffer.from("CE\x1c\x01", "latin1"), both32(CONTINUATION), both32(0), both32(extensionReference().length)]);

/** `PX`: POSIX mode, links, owner root (Rock Ridge 4.1.1). */
const attributes = (mode: number, links: number): Buffer =>
  Buffer.concat([Buffer.from("PX\x24\x01", "latin1"), both32(mode), both32(links), both32(0), both32(0)]);

/** `NM`: the real name (Rock Ridge 4.1.4). */
const alternateName = (name: string): Buffer =>
  Buffer.concat([Buffer.from([0x4e, 0x4d, 5 + Buffer.byteLength(name), 1, 0]), Buffer.from(name)]);

/** `ER`: says that it is Rock Ridge (SUSP 5.5); the texts are fixed by its standard. */
function extensionReference(): Buffer {
  const id = "RRIP_1991A";
  const what = "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS";
  const source =
    "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.";
  return Buffer.concat([
    Buffer.from([0x45, 0x52, 8 + id.length + what.length + source.length, 1, id.length, what.length, source.length, 1]),
    Buffer.from(id + what + source),
  ]);
}
