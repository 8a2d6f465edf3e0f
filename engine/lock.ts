import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { messageOf } from "../model/errors.ts";
import { readBackend } from "./backend.ts";
import type { Diagnostic } from "./diagnostics.ts";
import { readLock } from "./diagnostics.ts";
import type { Environment } from "./environment.ts";
import { lockingProcess } from "./file-lock.ts";
import { localPath } from "./local-state.ts";
import type { Lock } from "./lock-holder.ts";
import { lockingSession } from "./postgres.ts";

/** The summary of an engine's error if someone else holds the lock; there is no code for it. */
export const LOCKED = "Error acquiring the state lock";

export const isLocked = (one: Diagnostic): boolean => one.severity === "error" && one.summary === LOCKED;

/** The holder of a lock refused to an engine. */
export async function lockOf(refusal: Diagnostic, folder: string, dataFolder: string, env: Environment): Promise<Lock> {
  const info = readLock(refusal.detail);
  const backend = await readBackend(dataFolder);
  if (backend.type === "pg") {
    // the engine describes its own attempt
    const workspace = await readFile(join(dataFolder, "environment"), "utf8").catch(() => "default");
    const session = await lockingSession(backend, workspace, env).catch((error: unknown) => messageOf(error));
    if (typeof session !== "object") return { who: "", since: "", operation: "", by: undefined };
    return { who: session.who, since: session.since, operation: "", by: { session: session.pid, backend } };
  }
  const known = { who: info?.who ?? "", since: info?.created ?? "", operation: info?.operation ?? "" };
  if (backend.type !== "local") return { ...known, by: info && { id: info.id } };
  const process = await lockingProcess(resolve(folder, await localPath(dataFolder)));
  return { ...known, by: process === undefined ? undefined : { process } };
}
