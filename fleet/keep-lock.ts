import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { CdkvmError, messageOf } from "../model/errors.ts";
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
    throw new CdkvmError({
      code: "CDKVM_FLEET_LOCK",
      doing: "read where the guests are",
      problem: messageOf(cause),
      fix: `make ${near(path)} readable: without it, guests might change hosts`,
      cause,
    });
  }
}

/**
 * Writes the lock file if it changed and cdkvm's plan or apply requests it (CDKVM_FLEET_LOCK=write).
 * @throws CDKVM_FLEET_LOCK if writing is forbidden (`--frozen`) and it lacks a guest whose host cdkvm chooses
 */
export function keepLock({ lock }: Fleet): void {
  const mode = process.env["CDKVM_FLEET_LOCK"];
  if (!lock.changed || lock.path === undefined) return;
  if (mode === "frozen" && lock.placed.length > 0)
    throw new CdkvmError({
      code: "CDKVM_FLEET_LOCK",
      doing: "place the guests",
      problem: `${lock.file} does not say where these guests are, and it may not be written here (--frozen, or CI): ${lock.placed.join(", ")}`,
      fix: `run \`cdkvm plan\` where it may be written, and commit ${lock.file}; --no-frozen goes on without it`,
    });
  if (mode !== "write") return;
  const fresh = `${lock.path}.${process.pid}.new`;
  try {
    writeFileSync(fresh, lock.text);
    renameSync(fresh, lock.path);
  } catch (error) {
    rmSync(fresh, { force: true });
    console.error(`warning: ${lock.file} was not written, so the next plan may place guests anew: ${messageOf(error)}`);
    return;
  }
  if (lock.placed.length > 0) console.error(`${lock.file} says where the guests are: commit it with the fleet file`);
}
