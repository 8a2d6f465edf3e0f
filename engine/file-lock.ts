import { readFile, stat } from "node:fs/promises";

/**
 * The process on this machine that holds a lock on a file, as engines lock a local state; undefined if none does. Node.js
 * has no fcntl.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_locks.5.html
 */
export async function lockingProcess(path: string): Promise<number | undefined> {
  const file = await stat(path, { bigint: true }).catch(() => undefined);
  if (file === undefined) return undefined;
  const [major, minor] = [(file.dev >> 8n) & 0xfffn, (file.dev & 0xffn) | ((file.dev >> 12n) & 0xfff00n)];
  for (const line of (await readFile("/proc/locks", "utf8").catch(() => "")).split("\n")) {
    const [, pid, lockMajor, lockMinor, inode] = /: POSIX +\S+ +WRITE +(\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /.exec(line) ?? [];
    if (pid === undefined || inode !== String(file.ino)) continue;
    // on file systems without their own device (btrfs, overlay, NFS) this number differs from stat's
    const isSame = BigInt(`0x${lockMajor}`) === major && BigInt(`0x${lockMinor}`) === minor;
    if (isSame || major === 0n || lockMajor === "00") return Number(pid);
  }
  return undefined;
}
