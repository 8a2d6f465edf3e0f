import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { messageOf } from "../model/errors.ts";
import { frozenLock, unreadableLock } from "./errors.ts";
import type { Fleet } from "./parse.ts";
import { type LockFile, lockFileOf } from "./lock-file.ts";
import { near } from "../stacks/near.ts";

/** The lock file next to a fleet file, `fleet.lock.yaml`. @throws CDKVM_FLEET_LOCK if it exists but cannot be read */
export function readLock(fleet: string): LockFile {
  const path = lockFileOf(fleet);
  try {
    return { file: near(path), path, text: readFileSync(path, "utf8") };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return { file: near(path), path };
    throw unreadableLock(near(path), cause);
  }
}

/**
 * Writes the lock file if it changed and cdkvm's plan or apply requests it (CDKVM_FLEET_LOCK=write).
 * @throws CDKVM_FLEET_LOCK if writing is forbidden (`--frozen`) and it lacks a guest whose host cdkvm chooses
 */
export function keepLock({ lock }: Fleet): void {
  const mode = process.env["CDKVM_FLEET_LOCK"];
  if (!lock.changed || lock.path === undefined) return;
  if (mode === "frozen" && lock.placed.length > 0) throw frozenLock(lock.file, lock.placed);
  if (mode !== "write") return;
  const fresh = `${lock.path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, lock.text);
    renameSync(fresh, lock.path);
  } catch (error) {
    rmSync(fresh, { force: true });
    console.error(`warning: cannot write ${lock.file}, so the next plan may place guests on other hosts: ${messageOf(error)}`);
    return;
  }
  if (lock.placed.length > 0) console.error(`${lock.file} records the host of each guest: commit it with the fleet file`);
}
