/** An entry of a cpio archive; the path has no leading slash, folders precede their content. */
export interface CpioEntry {
  readonly path: string;
  /** Type and permission bits, as in `stat`: 0o100755 a program, 0o040755 a folder, 0o120777 a symbolic link, 0o020600 a device. */
  readonly mode: number;
  /** Content; for a symbolic link, its target. */
  readonly data?: Uint8Array | string;
  /** Major and minor number of a device. */
  readonly device?: readonly [number, number];
}

const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

function record(entry: CpioEntry, inode: number): Buffer[] {
  const data = Buffer.from(entry.data ?? "");
  const name = Buffer.from(entry.path + "\0");
  const [major, minor] = entry.device ?? [0, 0];
  const folder = (entry.mode & 0o170000) === 0o040000;
  const fields = [inode, entry.mode, 0, 0, folder ? 2 : 1, 0, data.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from("070701" + fields.map((field) => field.toString(16).padStart(8, "0")).join(""));
  return [header, name, padding(header.length + name.length), data, padding(data.length)];
}

/**
 * A cpio archive in the "newc" format that Linux accepts as initramfs (Documentation/driver-api/early-userspace), owned by
 * root, without times: the same entries produce the same bytes. Unlike cpio(1), it needs no root for device nodes.
 */
export function cpio(entries: readonly CpioEntry[]): Buffer {
  const records = entries.flatMap((entry, index) => record(entry, index + 1));
  return Buffer.concat([...records, ...record({ path: "TRAILER!!!", mode: 0 }, 0)]);
}
