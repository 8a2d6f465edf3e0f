import { chmod, copyFile, open, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readBackend } from "./backend.ts";
import { lockingProcess } from "./file-lock.ts";

/** Writing a state takes an engine some milliseconds; one that is still cut off after this time was left so. */
const WRITING_MS = 500;

/**
 * Puts the backup back where a kill left the local state empty or cut off. Engines write it in place, truncating it first, so
 * that a kill in that moment loses all of it; the next run would then take everything for not made, and a destroy would find
 * nothing to destroy. The backup beside it is what was there when that run began: what the run made since is recognized when
 * it is made again, what it removed is found gone. While an engine has it locked, it is being written.
 *
 * @returns the state's path where it was put back
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
  // Last, after the lock: an engine that wrote and let go of it between those two has left its mark.
  if ((await markOf(path)) !== before) return undefined;
  await copyFile(backup, path);
  return path;
}

/** Takes a local state and its backup away from others' eyes, which an older cdkvm or a plain engine left readable: secrets are in it. */
export async function keepLocalState(folder: string, dataFolder: string): Promise<void> {
  const path = resolve(folder, await localPath(dataFolder));
  for (const one of [path, `${path}.backup`]) await chmod(one, 0o600).catch(() => {}); // it is not there, or somebody else's
}

/** What every write to a file changes. */
async function markOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true });
  return [ino, size, mtimeNs].join(" ");
}

/** The path that the backend `local` is set to. Another backend has no such file. */
export async function localPath(dataFolder: string): Promise<string> {
  const { type, config } = await readBackend(dataFolder);
  return (type === "local" && typeof config["path"] === "string" && config["path"]) || "terraform.tfstate";
}

/**
 * Whether the local state that the configuration names is the very file that the last init was set to, spelled otherwise: a
 * project that has moved, a path that was absolute. Nothing has to be moved then, and init must not ask for it.
 */
export async function isSameLocalState(folder: string, dataFolder: string): Promise<boolean> {
  const text = await readFile(join(folder, "cdk.tf.json"), "utf8").catch(() => "{}");
  const { terraform } = JSON.parse(text) as { terraform?: { backend?: { local?: { path?: string } } } };
  const path = terraform?.backend?.local?.path;
  const before = await localPath(dataFolder);
  return path !== undefined && path !== before && resolve(folder, path) === resolve(folder, before);
}

/** Whether there is a file that does not end as a JSON object does. */
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
