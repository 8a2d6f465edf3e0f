import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { isAlive } from "../../cli/host/process.ts";
import { alreadyRunning } from "./errors.ts";

const shared = process.env["XDG_DATA_HOME"] ?? "";

/**
 * The demo's project on this machine: settings, state, and the guests' kernel. It belongs to the user, not the repository,
 * so that any clone finds what another created, and `git clean` does not delete it.
 */
export const folder = join(isAbsolute(shared) ? shared : join(homedir(), ".local/share"), "cdkvm/demo");

const lock = join(folder, "lock");

/** Runs the work while no other demo of this user does. @throws CDKVM_DEMO */
export async function withLock(work: () => Promise<void>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await takeLock();
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(): Promise<void> {
  const mine = `${lock}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    await linkLock(mine);
  } finally {
    await rm(mine, { force: true });
  }
}

/** Creates the link atomically with its content. */
async function linkLock(mine: string): Promise<void> {
  for (;;) {
    try {
      return await link(mine, lock);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(lock, "utf8").catch(() => "0"));
    if (owner > 0 && isAlive(owner)) throw alreadyRunning(owner);
    await rm(lock, { force: true }); // its owner was killed
  }
}
