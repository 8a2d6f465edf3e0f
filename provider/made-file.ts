import { createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { perRun } from "./protocol/run.ts";

/** The folder in the user's cache, and the extension of its files. */
const endings = { cloudinit: "iso", combustion: "iso", ignition: "ign" } as const;
export type MadeKind = keyof typeof endings;

/** A file in the user's cache that is determined by a configuration alone and named by its content. */
export interface MadeName {
  readonly kind: MadeKind;
  /** SHA-256 of the content, in hexadecimal. */
  readonly id: string;
}

export interface MadeFile extends MadeName {
  readonly content: Buffer;
}

export const madeFile = (kind: MadeKind, content: Buffer): MadeFile => ({
  kind,
  id: createHash("sha256").update(content).digest("hex"),
  content,
});

const cache = (): string => join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cdkvm");
const folderOf = (kind: MadeKind): string => join(cache(), kind);

/** The path on this machine. */
export const madePath = ({ kind, id }: MadeName): string => join(folderOf(kind), `${id}.${endings[kind]}`);

/** The made file that a path refers to, whichever machine wrote the path; `undefined` if it is not a made file. */
export function madeNameOf(path: string): MadeName | undefined {
  const [, kind, id, ending] = /(?:^|\/)cdkvm\/(\w+)\/([0-9a-f]{64})\.(\w+)$/.exec(path) ?? [];
  if (kind === undefined || id === undefined || !Object.hasOwn(endings, kind)) return undefined;
  return endings[kind as MadeKind] === ending ? { kind: kind as MadeKind, id } : undefined;
}

/**
 * A made file's path on this machine, for a path that another machine may have written. Returns the path unchanged if it does not
 * refer to a made file, or if a file exists there.
 */
export function localPath(path: string): string {
  const name = existsSync(path) ? undefined : madeNameOf(path);
  return name !== undefined && isMade(name) ? madePath(name) : path;
}

export const isMade = (name: MadeName): boolean => existsSync(madePath(name));

const uses = (): string => join(cache(), "uses");

/** The note that this stack's folder needs a file: two stacks may have the same content. */
const useOf = ({ id }: MadeName): string => join(uses(), `${id}.${createHash("sha256").update(process.cwd()).digest("hex").slice(0, 20)}`);

/** Records that this stack needs the file, so that another stack's delete does not remove it. */
export function useMade(name: MadeName): void {
  const use = useOf(name);
  if (existsSync(use)) return;
  mkdirSync(uses(), { recursive: true, mode: 0o700 });
  writeFileSync(use, process.cwd(), { mode: 0o600 });
}

/** Whether another stack whose folder still exists needs the file. */
function isUsed({ id }: MadeName): boolean {
  if (!existsSync(uses())) return false;
  return readdirSync(uses()).some((name) => {
    if (!name.startsWith(`${id}.`)) return false;
    const use = join(uses(), name);
    try {
      if (existsSync(readFileSync(use, "utf8"))) return true;
    } catch {
      return false; // its stack has just released it
    }
    rmSync(use, { force: true });
    return false;
  });
}

/** Files that this run wrote: the delete of another resource with the same content keeps them. */
const written = perRun(() => new Set<string>());

/** Writes the file atomically, readable only by its owner, since such files hold secrets. */
export function writeMade(file: MadeFile): string {
  useMade(file);
  const folder = folderOf(file.kind);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const path = madePath(file);
  const fresh = join(folder, `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    writeFileSync(fresh, file.content, { mode: 0o600 });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
  written().add(path);
  return path;
}

/** Removes the file, unless something else needs it. */
export function removeMade(name: MadeName): void {
  const path = madePath(name);
  if (written().has(path)) return;
  rmSync(useOf(name), { force: true });
  if (isUsed(name) || !existsSync(path)) return;
  // Rename first: a stack that started to use the file meanwhile gets it back.
  const doomed = join(folderOf(name.kind), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  renameSync(path, doomed);
  if (isUsed(name) && !existsSync(path)) renameSync(doomed, path);
  else rmSync(doomed, { force: true });
}
