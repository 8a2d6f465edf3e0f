import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Values } from "../../model/values.ts";

/**
 * Which volumes this machine is making, or has made and not yet seen in a state again. A volume has no UUID and no metadata
 * that could say so, as guests, pools and networks have.
 *
 * - Written before libvirt is asked for the volume, so whatever the apply is killed at, its own work is recognized.
 * - `making`: whatever is there is half-made and may be deleted, unless the process that makes it still lives.
 * - `made`: it is complete, and taken over as it is.
 * - Forgotten once a read finds the volume in a state, which proves that the engine has it.
 *
 * An entry holds for one stack's folder and one configuration, so a second stack never takes the first one's volume for its
 * own. On another machine there is no entry: there a killed apply's volume is a name that is taken, which is safe.
 */
export interface Entry {
  readonly phase: "making" | "made";
  /** Who: the process, and when it started, for numbers are used again. */
  readonly pid: number;
  readonly started: string;
}

export interface VolumeKey {
  readonly host: string;
  readonly pool: string;
  readonly name: string;
}

const folder = (): string => join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "cdkvm", "volumes");

const fileOf = ({ host, pool, name }: VolumeKey): string =>
  createHash("sha256").update([process.cwd(), host, pool, name].join("\0")).digest("hex").slice(0, 40);

/** What a configuration comes to; a secret in it, as a login in a URL, cannot be read back from this. */
const identityOf = (config: Values): string =>
  createHash("sha256")
    .update(JSON.stringify(config, (_key, value: unknown) => (typeof value === "symbol" ? undefined : value)))
    .digest("hex");

/** Field 22 of /proc/PID/stat; elsewhere than on Linux a process is known by its number alone. */
function startOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ")[19] ?? ""
    );
  } catch {
    return "";
  }
}

/** Files there were when this process first looked, and those it wrote. */
let known: Set<string> | undefined;
function files(): Set<string> {
  if (known !== undefined) return known;
  try {
    const names = readdirSync(folder());
    known = new Set(names.filter((name) => !name.includes(".")));
    for (const name of names) if (startOf(writerOf(name)) === "" && !known.has(name)) rmSync(join(folder(), name), { force: true });
  } catch {
    known ??= new Set();
  }
  return known;
}

/** Entries are written beside their place and moved there: who is at it, by the name. */
const writerOf = (name: string): number => Number(name.split(".")[1]);

export function note(key: VolumeKey, config: Values, phase: Entry["phase"]): void {
  const file = fileOf(key);
  const path = join(folder(), file);
  const entry = { identity: identityOf(config), phase, pid: process.pid, started: startOf(process.pid) };
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(entry), { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
  files().add(file);
}

/** What this stack's folder knows of a volume that this same configuration made. */
export function recall(key: VolumeKey, config: Values): Entry | undefined {
  const file = fileOf(key);
  if (!files().has(file)) return undefined;
  try {
    const entry = JSON.parse(readFileSync(join(folder(), file), "utf8")) as Entry & { readonly identity: string };
    return entry.identity === identityOf(config) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process that wrote the entry is another one that still runs. */
export const isAtWork = ({ pid, started }: Entry): boolean => pid !== process.pid && started !== "" && startOf(pid) === started;

export function forget(key: VolumeKey): void {
  const file = fileOf(key);
  if (!files().delete(file)) return;
  try {
    unlinkSync(join(folder(), file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
