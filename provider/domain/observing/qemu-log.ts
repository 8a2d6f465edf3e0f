import { open } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { LibvirtUri } from "../../../libvirt/uri.ts";

const TAIL_BYTES = 256 * 1024;
const LINE_MAX = 300;
/** Number of lines shown from the beginning and from the end of a long log. */
const SHOWN = 6;

export interface QemuLog {
  readonly path: string;
  readonly lines: readonly string[];
}

/** QEMU's output since the last start of the guest, if this process can read it. libvirt's RPC does not provide it. */
export async function qemuLog(uri: LibvirtUri, { name, uuid }: DomainRef): Promise<QemuLog | undefined> {
  if (uri.host !== "") return undefined;
  const path = join(folderOf(uri.session), `${name}.log`);
  let text: string;
  try {
    text = await tailOf(path);
  } catch {
    return undefined; // readable by root only, or on another machine behind a tunnel
  }
  const lines = saidBy(text, uuid);
  return lines === undefined ? undefined : { path, lines };
}

function folderOf(session: boolean): string {
  if (!session) return "/var/log/libvirt/qemu";
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "libvirt/qemu/log");
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}

/** The lines after the command line of the guest's last start. A log without its UUID belongs to another machine's guest. */
export function saidBy(log: string, uuid: string): readonly string[] | undefined {
  const lines = log.split("\n");
  const start = lines.findLastIndex((line) => /^\S+ \S+: starting up libvirt version: /.test(line));
  if (start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => !line.endsWith("\\")) + 1;
  if (!lines.slice(start, start + 1 + length).some((line) => line.includes(uuid))) return undefined;
  const said = lines.slice(start + 1 + length).flatMap((line) => (line.trim() === "" ? [] : [line.trim().slice(0, LINE_MAX)]));
  return said.length <= 2 * SHOWN ? said : [...said.slice(0, SHOWN), `(${said.length - 2 * SHOWN} more lines)`, ...said.slice(-SHOWN)];
}
