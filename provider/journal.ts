import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What this machine is making, or has made and not yet seen in a state again.
 *
 * - Written before libvirt is asked for the object, so whatever the apply is killed at, its own work is recognized: by the UUID
 *   that this create chose, which nothing else has; a volume has none, and is recognized by its name.
 * - `making`: whatever is there is half-made, unless the process that makes it still lives.
 * - `made`: it is complete, and taken over as it is.
 * - `replacing`: a plan replaces what has the name, so the name is not refused before the new one is made: an engine that is refused
 *   earlier than that does not put back what create_before_destroy set aside.
 * - Forgotten once a read finds the object in a state, which proves that the engine has it.
 *
 * An entry holds for one stack's folder, so no stack takes another one's object for its own. On another machine there is no
 * entry: there a killed apply's object is a name that is taken, which is safe.
 */
export interface Entry extends Note {
  /** Who: the provider, and when it started, for numbers are used again. */
  readonly pid: number;
  readonly started: string;
  /** The engine that started it: a second provider of the same run is another alias on the same host. */
  readonly engine: number;
  readonly engineStarted: string;
}

export interface Note {
  readonly phase: "making" | "made" | "replacing";
  /** What the definition or the configuration comes to, see {@link identityOf}. */
  readonly identity?: string;
  readonly uuid?: string;
}

/** A name on a host. */
export interface Place {
  readonly host: string;
  /** `guest`, `network`, `storage pool`, `volume in pool images` */
  readonly kind: string;
  readonly name: string;
}

const folder = (): string => join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "cdkvm", "journal");

const fileOf = ({ host, kind, name }: Place): string =>
  createHash("sha256").update([process.cwd(), host, kind, name].join("\0")).digest("hex").slice(0, 40);

/** What is to be made, as a digest: a secret in it, as a login in a URL or a display's password, cannot be read back. */
export const identityOf = (what: object): string =>
  createHash("sha256")
    .update(JSON.stringify(what, (_key, value: unknown) => (typeof value === "symbol" ? undefined : value)))
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

/** Asked at the first note: later the engine may be gone. */
let mine: Pick<Entry, "pid" | "started" | "engine" | "engineStarted"> | undefined;
const process_ = (): typeof mine & {} =>
  (mine ??= { pid: process.pid, started: startOf(process.pid), engine: process.ppid, engineStarted: startOf(process.ppid) });

/** Files there were when this process first looked, and those it wrote: what a read has to forget is looked up here alone. */
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

/** Without a folder to write to, what a killed apply leaves is a name that is taken; an apply itself goes on. */
export function note(place: Place, what: Note): void {
  const file = fileOf(place);
  const path = join(folder(), file);
  try {
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.${process.pid}`, JSON.stringify({ ...what, ...process_() } satisfies Entry), { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
    files().add(file);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
  }
}

/** What this stack's folder knows of what has a name. */
export function recall(place: Place): Entry | undefined {
  try {
    return JSON.parse(readFileSync(join(folder(), fileOf(place)), "utf8")) as Entry;
  } catch {
    return undefined;
  }
}

const isOther = (pid: number, started: string, own: number): boolean => pid !== own && started !== "" && startOf(pid) === started;

/** Whether the process that wrote the entry is another one that still runs, or its engine does. */
export const isAtWork = (entry: Entry): boolean =>
  isOther(entry.pid, entry.started, process.pid) || (entry.pid !== process.pid && isOther(entry.engine, entry.engineStarted, process.ppid));

/** Whether another provider of this very run wrote the entry: one with an alias, on the same host. */
export const isOfThisRun = (entry: Entry): boolean => {
  const { engine, engineStarted } = process_();
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
