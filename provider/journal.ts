import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What this machine is creating, or has created and not yet seen in a state.
 *
 * - Written before libvirt is asked for the object, so a killed apply's work is recognized whenever the kill happens: by the UUID
 *   that this create chose, which is unique. A volume has no UUID and is recognized by its name.
 * - `making`: what exists is incomplete, unless the process that creates it is still alive.
 * - `made`: the object is complete and adopted as is.
 * - `replacing`: a plan replaces the object with this name, so the name is not refused before the new object is created: an engine
 *   that is refused earlier does not restore what create_before_destroy set aside.
 * - Removed once a read finds the object in a state, which proves that the engine has it.
 *
 * An entry is valid for one stack's folder, so no stack adopts another stack's object. Another machine has no entry: there, a killed
 * apply's object counts as a taken name, which is safe.
 */
export interface Entry extends Note {
  /** The provider process and its start time, since PIDs are reused. */
  readonly pid: number;
  readonly started: string;
  /** The engine that started the provider: a second provider of the same run is another alias on the same host. */
  readonly engine: number;
  readonly engineStarted: string;
}

export interface Note {
  readonly phase: "making" | "made" | "replacing";
  /** Digest of the definition or the configuration, see {@link identityOf}. */
  readonly identity?: string;
  readonly uuid?: string;
}

/** A name on a host. */
export interface Place {
  readonly host: string;
  /** `guest`, `network`, `storage pool`, `volume in pool images` */
  readonly noun: string;
  readonly name: string;
}

const folder = (): string => join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "cdkvm", "journal");

const fileOf = ({ host, noun, name }: Place): string =>
  createHash("sha256").update([process.cwd(), host, noun, name].join("\0")).digest("hex").slice(0, 40);

/** A digest of what is to be created: a secret in it, such as a login in a URL or a display's password, cannot be read back. */
export const identityOf = (what: object): string =>
  createHash("sha256")
    .update(JSON.stringify(what, (_key, value: unknown) => (typeof value === "symbol" ? undefined : value)))
    .digest("hex");

/** Field 22 of /proc/PID/stat; outside Linux a process is identified by its PID alone. */
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

/** Determined at the first note: later the engine may be gone. */
let writer: Pick<Entry, "pid" | "started" | "engine" | "engineStarted"> | undefined;
const ownWriter = (): typeof writer & {} =>
  (writer ??= { pid: process.pid, started: startOf(process.pid), engine: process.ppid, engineStarted: startOf(process.ppid) });

/** Files that existed when this process first looked, and those it wrote: a read looks up what to forget only here. */
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

/** The process that writes a temporary file, from its name: entries are written to a temporary file and then renamed. */
const writerOf = (name: string): number => Number(name.split(".")[1]);

/** If the folder is not writable, the apply continues, but what a killed apply leaves behind counts as a taken name. */
export function note(place: Place, what: Note): void {
  const file = fileOf(place);
  const path = join(folder(), file);
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...what, ...ownWriter() } satisfies Entry), { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
    files().add(file);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
  }
}

/** What this stack's folder knows about the object with this name. */
export function recall(place: Place): Entry | undefined {
  try {
    return JSON.parse(readFileSync(join(folder(), fileOf(place)), "utf8")) as Entry;
  } catch {
    return undefined;
  }
}

const isOther = (pid: number, started: string, own: number): boolean => pid !== own && started !== "" && startOf(pid) === started;

/** Whether another process wrote the entry, and it or its engine still runs. */
export const isAtWork = (entry: Entry): boolean =>
  isOther(entry.pid, entry.started, process.pid) || (entry.pid !== process.pid && isOther(entry.engine, entry.engineStarted, process.ppid));

/** Whether another provider of this run wrote the entry: one with an alias, on the same host. */
export const isOfThisRun = (entry: Entry): boolean => {
  const { engine, engineStarted } = ownWriter();
  return entry.pid !== process.pid && engineStarted !== "" && entry.engine === engine && entry.engineStarted === engineStarted;
};

export function forget(place: Place): void {
  const file = fileOf(place);
  if (!files().delete(file)) return;
  try {
    unlinkSync(join(folder(), file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
