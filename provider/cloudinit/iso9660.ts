/**
 * Writes a small read-only CD image: ISO 9660 (ECMA-119) with Rock Ridge and Joliet names, folders only in the root. The
 * same files give the same bytes. docs/adr explains why this is not a library.
 *
 * https://ecma-international.org/publications-and-standards/standards/ecma-119/, IEEE P1282 (Rock Ridge), Joliet 1.0
 */

const SECTOR = 2048;
/** Sectors, in writing order. */
const PRIMARY = 16;
const JOLIET = 17;
const TERMINATOR = 18;
const PRIMARY_PATHS = 19;
const JOLIET_PATHS = 21;
const PRIMARY_ROOT = 23;
const JOLIET_ROOT = 24;
const CONTINUATION = 25;
/** Each folder has one sector for its plain names and one for its Joliet names; the files follow. */
const FIRST_FOLDER = 26;

/** 1 January 2000: a real date would make the bytes differ from run to run. */
const RECORDED = Buffer.from([100, 1, 1, 0, 0, 0, 0]);
const CREATED = Buffer.concat([Buffer.from("2000010100000000"), Buffer.alloc(1)]);
const NO_DATE = Buffer.concat([Buffer.alloc(16, "0"), Buffer.alloc(1)]);

const REGULAR_FILE = 0o100444;
const DIRECTORY = 0o40555;

export interface IsoFile {
  /** At most 64 characters, optionally preceded by a folder: `combustion/script`. */
  readonly name: string;
  readonly content: Uint8Array;
}

interface Entry {
  readonly name: string;
  /** The ISO 9660 level 1 name: `USER_DAT.;1`. */
  readonly plain: string;
}

interface Placed extends Entry {
  readonly folder: string;
  readonly content: Uint8Array;
  readonly sector: number;
}

/** A directory has one sector for its plain names and one for its Joliet names. */
interface Folder extends Entry {
  readonly sectors: Sectors;
}
interface Sectors {
  readonly plain: number;
  readonly joliet: number;
}

const ROOT: Sectors = { plain: PRIMARY_ROOT, joliet: JOLIET_ROOT };
const sectorsOf = (bytes: number): number => Math.ceil(bytes / SECTOR);

/** The image, a multiple of 2,048 bytes long. */
export function isoImage(label: string, files: readonly IsoFile[]): Buffer {
  const folders = [...new Set(files.map(({ name }) => splitName(name).folder))]
    .filter((name) => name !== "")
    .toSorted()
    .map((name, index): Folder => {
      const first = FIRST_FOLDER + 2 * index;
      return { name, plain: plainName(name, index).replace(".;1", ""), sectors: { plain: first, joliet: first + 1 } };
    });
  let next = FIRST_FOLDER + 2 * folders.length;
  const placed = files.map((file, index): Placed => {
    const sector = next;
    next += Math.max(1, sectorsOf(file.content.length));
    const { folder, name } = splitName(file.name);
    return { folder, name, content: file.content, sector, plain: plainName(name, index) };
  });
  const image = Buffer.alloc(next * SECTOR);
  const put = (sector: number, bytes: Uint8Array): void => image.set(bytes, sector * SECTOR);

  for (const form of [PLAIN, WIDE]) {
    const { little, big } = pathTables(folders, form);
    const where = form.paths;
    put(
      form.descriptor,
      descriptor(form.type, form.text(label.padEnd(form.type === 1 ? 32 : 16)), next, where, form.of(ROOT), little.length),
    );
    put(where, little);
    put(where + 1, big);
    put(
      form.of(ROOT),
      directory(
        ROOT,
        placed.filter(({ folder }) => folder === ""),
        folders,
        form,
      ),
    );
    for (const folder of folders) {
      put(
        form.of(folder.sectors),
        directory(
          folder.sectors,
          placed.filter((file) => file.folder === folder.name),
          [],
          form,
        ),
      );
    }
  }
  put(TERMINATOR, Buffer.from("\xffCD001\x01", "latin1"));
  put(CONTINUATION, extensionReference());
  for (const { sector, content } of placed) put(sector, content);
  return image;
}

function splitName(path: string): { readonly folder: string; readonly name: string } {
  const [name = "", folder = "", ...more] = path.split("/").reverse();
  if (more.length > 0) throw new RangeError(`${path} is more than one folder deep`);
  return { folder, name };
}

function plainName(name: string, index: number): string {
  const plain = name
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, "_")
    .slice(0, 8);
  return `${plain || `FILE${index}`}.;1`;
}

const ucs2 = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

/** The two trees of one image: plain names with Rock Ridge fields, and Joliet names. */
interface Form {
  readonly type: 1 | 2;
  readonly descriptor: number;
  readonly paths: number;
  readonly rockRidge: boolean;
  readonly of: (sectors: Sectors) => number;
  readonly text: (text: string) => Buffer;
  readonly nameOf: (entry: Entry) => Buffer;
}
const PLAIN: Form = {
  type: 1,
  descriptor: PRIMARY,
  paths: PRIMARY_PATHS,
  rockRidge: true,
  of: ({ plain }) => plain,
  text: (text) => Buffer.from(text),
  nameOf: ({ plain }) => Buffer.from(plain),
};
const WIDE: Form = {
  type: 2,
  descriptor: JOLIET,
  paths: JOLIET_PATHS,
  rockRidge: false,
  of: ({ joliet }) => joliet,
  text: ucs2,
  nameOf: ({ name }) => ucs2(name),
};

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
function descriptor(type: 1 | 2, label: Buffer, sectors: number, paths: number, root: number, pathBytes: number): Buffer {
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
  both32(pathBytes).copy(bytes, 132);
  bytes.writeUInt32LE(paths, 140);
  bytes.writeUInt32BE(paths + 1, 148);
  record(root, SECTOR, true, Buffer.alloc(1)).copy(bytes, 156);
  blank.copy(bytes, 190, 0, 128 * 4 + 37 * 3); // no publisher, preparer or application
  CREATED.copy(bytes, 813);
  CREATED.copy(bytes, 830);
  NO_DATE.copy(bytes, 847);
  NO_DATE.copy(bytes, 864);
  bytes[881] = 1;
  return bytes;
}

/** The root, then the folders in the root, sorted by name (ECMA-119 9.4). */
function pathTables(folders: readonly Folder[], form: Form): { readonly little: Buffer; readonly big: Buffer } {
  const entries = folders
    .map((folder) => ({ name: form.nameOf(folder), sector: form.of(folder.sectors) }))
    .toSorted((one, two) => Buffer.compare(one.name, two.name));
  const all = [{ name: Buffer.alloc(1), sector: form.of(ROOT) }, ...entries];
  const table = (bigEndian: boolean): Buffer =>
    Buffer.concat(
      all.map(({ name, sector }) => {
        const bytes = Buffer.alloc(8 + name.length + (name.length % 2));
        bytes[0] = name.length;
        if (bigEndian) bytes.writeUInt32BE(sector, 2);
        else bytes.writeUInt32LE(sector, 2);
        if (bigEndian) bytes.writeUInt16BE(1, 6);
        else bytes.writeUInt16LE(1, 6);
        name.copy(bytes, 8);
        return bytes;
      }),
    );
  return { little: table(false), big: table(true) };
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

function directory(own: Sectors, files: readonly Placed[], folders: readonly Folder[], form: Form): Buffer {
  const { rockRidge } = form;
  const isRoot = own === ROOT;
  const links = 2 + folders.length;
  const self = rockRidge
    ? Buffer.concat([...(isRoot ? [SHARING] : []), attributes(DIRECTORY, links), ...(isRoot ? [continuation()] : [])])
    : undefined;
  const parent = rockRidge ? attributes(DIRECTORY, 2) : undefined;
  const systemUse = (name: string, mode: number, count: number): Buffer | undefined =>
    rockRidge ? Buffer.concat([alternateName(name), attributes(mode, count)]) : undefined;
  const entries = [
    ...folders.map((folder) => ({ folder, name: form.nameOf(folder) })),
    ...files.map((file) => ({ file, name: form.nameOf(file) })),
  ].toSorted((one, two) => Buffer.compare(one.name, two.name));
  const bytes = Buffer.concat([
    record(form.of(own), SECTOR, true, Buffer.from([0]), self),
    record(form.of(ROOT), SECTOR, true, Buffer.from([1]), parent),
    ...entries.map((entry) =>
      "folder" in entry
        ? record(form.of(entry.folder.sectors), SECTOR, true, entry.name, systemUse(entry.folder.name, DIRECTORY, 2))
        : record(entry.file.sector, entry.file.content.length, false, entry.name, systemUse(entry.file.name, REGULAR_FILE, 1)),
    ),
  ]);
  if (bytes.length > SECTOR) throw new RangeError(`${files.length} files are too many for one sector of names`);
  return bytes;
}

/** `SP`: system use fields start at offset 0 (SUSP 5.3). */
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

/** `ER`: identifies Rock Ridge (SUSP 5.5); its standard fixes the texts. */
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
