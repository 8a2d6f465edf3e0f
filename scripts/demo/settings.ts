import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StartedDaemons } from "../../cli/host/daemons.ts";
import { folder } from "./folder.ts";

/** The guest that serves the page, and the one with a disk. */
export interface Names {
  readonly web: string;
  readonly db: string;
}

/** `nat`: a network of libvirt's; `user`: QEMU's own, which needs no rights, with one port forwarded to the page. */
export type Networking =
  | { readonly kind: "nat"; readonly subnet: string }
  | { readonly kind: "user"; readonly port: number; readonly passt: boolean };

/** What the demo found out about this machine and decided: its program reads it, and so does `--destroy`. */
export interface Settings {
  readonly uri: "qemu:///system" | "qemu:///session";
  readonly names: Names;
  readonly networking: Networking;
  readonly acceleration: "kvm" | "qemu";
  /** The daemons that the demo started, and the network devices that were there before. */
  readonly started?: { readonly daemons: StartedDaemons; readonly devices: readonly string[] };
}

const path = join(folder, "demo.json");

export async function readSettings(): Promise<Partial<Settings>> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  try {
    return JSON.parse(text) as Partial<Settings>;
  } catch {
    return {}; // cut off by a full disk; what is on the host is found without it
  }
}

export async function writeSettings(settings: Partial<Settings>): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(settings, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}
