import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * `$XDG_CACHE_HOME/cdkvm/guests`, by default below ~/.cache; for root below /var/cache, where QEMU, which does not run as
 * root, can read it.
 */
export function cacheRoot(): string {
  const usual = process.getuid?.() === 0 ? "/var/cache" : join(homedir(), ".cache");
  return join(process.env["XDG_CACHE_HOME"] || usual, "cdkvm", "guests");
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
};

/** Holds `path` as a lock while `action` runs; takes over the lock of a dead owner. */
async function locked<T>(path: string, action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = Number(await readFile(path, "utf8").catch(() => ""));
      const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
      if (owner > 0 ? !alive(owner) : age > 5000) await rm(path, { force: true });
      else await delay(200);
    }
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * The folder with the output of `build` for `inputs`: built once, by one process at a time, and complete or absent.
 * `inputs` are all texts that determine the result.
 */
export async function cached(name: string, inputs: readonly string[], build: (dir: string) => Promise<void>): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 16);
  const dir = join(cacheRoot(), `${name}-${hash}`);
  if (existsSync(dir)) return dir;
  await mkdir(cacheRoot(), { recursive: true });
  return locked(`${dir}.lock`, async () => {
    if (existsSync(dir)) return dir;
    const fresh = `${dir}.${process.pid}.new`;
    await mkdir(fresh, { recursive: true });
    try {
      await build(fresh);
      await rename(fresh, dir).catch((error: NodeJS.ErrnoException) => {
        // the lock's owner has a PID from a container's own process table and looked dead: it was first
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
    return dir;
  });
}
