import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { enginePid, isAttached, perRun } from "./protocol/run.ts";

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
  /** The provider process and its start time, since PIDs are reused; none if cdkvm started it, as it then outlives its work. */
  readonly pid?: number;
  readonly started?: string;
  /** The engine that the provider serves: a second session of the same run is another alias on the same host. */
  readonly engine: number;
  readonly engineStarted: string;
  readonly session: number;
}

export interface Note {
  readonly phase: "making" | "made" | "replacing";
  /** Digest of the definition or the configuration, see {@link identityOf}. */
  readonly identity?: string;
  readonly uuid?: string;
}

/** A name on a host. */
export interface Place {
  /** Which of this process's sessions uses it. */
  readonly session: number;
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
const ownWriter = perRun((): Pick<Entry, "pid" | "started" | "engine" | "engineStarted"> => {
  const own = isAttached() ? {} : { pid: process.pid, started: startOf(process.pid) };
  return { ...own, engine: enginePid(), engineStarted: startOf(enginePid()) };
});

/** Files that existed when this run first looked, and those it wrote: a read looks up what to forget only here. */
const files = perRun((): Set<string> => {
  try {
    return new Set(readdirSync(folder()));
  } catch {
    return new Set();
  }
});

/** Each note fills its file: the next one replaces it in one write, which a kill cannot split. */
const ENTRY_BYTES = 512;

/** If the folder is not writable, the apply continues, but what a killed apply leaves behind counts as a taken name. */
export function note(place: Place, what: Note): void {
  const file = fileOf(place);
  const entry: Entry = { ...what, ...ownWriter(), session: place.session };
  try {
    const open = (): number => openSync(join(folder(), file), constants.O_WRONLY | constants.O_CREAT, 0o600);
    const fd = orMakeFolder(open);
    writeSync(fd, JSON.stringify(entry).padEnd(Math.max(ENTRY_BYTES, fstatSync(fd).size)));
    closeSync(fd);
    files().add(file);
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
  }
}

function orMakeFolder(open: () => number): number {
  try {
    return open();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    mkdirSync(folder(), { recursive: true, mode: 0o700 });
    return open();
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
export const isAtWork = ({ pid, started = "", engine, engineStarted }: Entry): boolean =>
  pid !== process.pid && ((pid !== undefined && isOther(pid, started, process.pid)) || isOther(engine, engineStarted, enginePid()));

/** Whether another session of this run wrote the entry: one of an alias, on the same host. */
export const isOfThisRun = (entry: Entry, { session }: Place): boolean => {
  const { pid, engine, engineStarted } = ownWriter();
  const isSameEngine = engineStarted !== "" && entry.engine === engine && entry.engineStarted === engineStarted;
  return isSameEngine && (entry.pid !== pid || entry.session !== session);
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
