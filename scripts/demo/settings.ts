import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StartedDaemons } from "../../cli/host/daemons.ts";
import { folder } from "./folder.ts";

/** The guest that serves the page, and the one with a disk. */
export interface Names {
  readonly web: string;
  readonly db: string;
}

/** `nat`: a libvirt network; `user`: QEMU's own, which needs no rights, with one port forwarded to the page. */
export type Networking =
  | { readonly kind: "nat"; readonly subnet: string }
  | { readonly kind: "user"; readonly port: number; readonly passt: boolean };

/** What the demo detected and decided on this machine; read by its program and by `--destroy`. */
export interface Settings {
  readonly uri: "qemu:///system" | "qemu:///session";
  readonly names: Names;
  readonly networking: Networking;
  readonly acceleration: "kvm" | "qemu";
  /** The daemons that the demo started, and the network devices that already existed. */
  readonly started?: { readonly daemons: StartedDaemons; readonly devices: readonly string[] };
}

const path = join(folder, "demo.json");

export async function readSettings(): Promise<Partial<Settings>> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  try {
    return JSON.parse(text) as Partial<Settings>;
  } catch {
    return {}; // truncated by a full disk; objects on the host are found without it
  }
}

export async function writeSettings(settings: Partial<Settings>): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(settings, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}
