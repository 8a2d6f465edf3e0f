import { chmod, copyFile, open, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readBackend } from "./backend.ts";
import type { Environment } from "./environment.ts";
import { lockingProcess } from "./file-lock.ts";
import type { RawState } from "./state.ts";

/** An engine writes a state within milliseconds; one still truncated after this time stays truncated. */
const WRITING_MS = 500;

/**
 * Restores the backup if a kill left the local state empty or truncated. Engines truncate the file and then write it in
 * place, so a kill at that moment loses all of it; the next run would treat everything as not yet created, and a destroy
 * would find nothing. The backup holds the state from the start of that run: what the run created is recognized when it is
 * created again, and what it removed is found missing. While an engine holds the lock, it is writing the state.
 *
 * @returns the state's path if it was restored
 * @see https://developer.hashicorp.com/terraform/language/backend/local
 */
export async function restoreLocalState(folder: string, dataFolder: string): Promise<string | undefined> {
  const path = resolve(folder, await localPath(dataFolder));
  if (!(await isCutOff(path))) return undefined;
  const backup = `${path}.backup`;
  if ((await stat(backup).catch(() => undefined)) === undefined || (await isCutOff(backup))) return undefined;
  const before = await markOf(path);
  await delay(WRITING_MS);
  if (!(await isCutOff(path)) || (await lockingProcess(path)) !== undefined) return undefined;
  // Last, after the lock check: detects an engine that wrote the state and released the lock in between.
  if ((await markOf(path)) !== before) return undefined;
  await copyFile(backup, path);
  return path;
}

/** Makes a local state and its backup private: they contain secrets, and older cdkvm versions and plain engines leave them readable. */
export async function keepLocalState(folder: string, dataFolder: string): Promise<void> {
  const path = resolve(folder, await localPath(dataFolder));
  for (const one of [path, `${path}.backup`]) await chmod(one, 0o600).catch(() => {}); // missing, or owned by someone else
}

/** Changes with every write to a file. */
async function markOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [ino, size, mtimeNs].join(" ");
}

/** The path of the `local` backend. Other backends have no such file. */
export async function localPath(dataFolder: string): Promise<string> {
  const { type, config } = await readBackend(dataFolder);
  return (type === "local" && typeof config["path"] === "string" && config["path"]) || "terraform.tfstate";
}

/** Whether the state is a file here: a local backend, and no workspace of another name. */
export async function isInFile(dataFolder: string, env: Environment): Promise<boolean> {
  const chosen = env["TF_WORKSPACE"] || (await readFile(join(dataFolder, "environment"), "utf8").catch(() => "")).trim();
  return (chosen === "" || chosen === "default") && (await readBackend(dataFolder)).type === "local";
}

/**
 * The state in the local file, undefined if there is none. Unreadable while another engine writes it, and if OpenTofu encrypts it.
 * https://opentofu.org/docs/language/state/encryption/
 */
export async function readLocalState(folder: string, dataFolder: string): Promise<RawState | "unreadable" | undefined> {
  const text = await readFile(resolve(folder, await localPath(dataFolder)), "utf8").catch(() => "");
  if (text.trim() === "") return undefined;
  try {
    const state = JSON.parse(text) as RawState;
    return Array.isArray(state.resources) ? state : "unreadable";
  } catch {
    return "unreadable";
  }
}

/**
 * Whether the local state in the configuration is the same file as at the last init, with another spelling: the project has
 * moved, or the path was absolute. Then there is nothing to migrate, and init must not ask.
 */
export async function isSameLocalState(folder: string, dataFolder: string): Promise<boolean> {
  const text = await readFile(join(folder, "cdk.tf.json"), "utf8").catch(() => "{}");
  const { terraform } = JSON.parse(text) as { terraform?: { backend?: { local?: { path?: string } } } };
  const path = terraform?.backend?.local?.path;
  const before = await localPath(dataFolder);
  return path !== undefined && path !== before && resolve(folder, path) === resolve(folder, before);
}

/** Whether the file exists but does not end like a JSON object. */
async function isCutOff(path: string): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, Math.max(0, size - 16));
    return !buffer.toString("latin1", 0, bytesRead).trimEnd().endsWith("}");
  } finally {
    await file.close();
  }
}
