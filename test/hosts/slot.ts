import { execFile, spawnSync } from "node:child_process";
import { rmSync, rmdirSync, readdirSync, readFileSync } from "node:fs";
import { appendFile, lstat, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** The hosts' files; short, because a socket path has at most 107 characters. */
export const root = "/var/tmp/cdkvm-hosts";

/** libvirt's QEMU capabilities, shared by all hosts, which saves each a second; libvirt checks that they are current. */
export const capabilities = join(root, "capabilities");

/** A number reserved by one process, with a directory, a bridge and a /24 of 198.18.0.0/15 (RFC 2544, for tests). */
export interface Slot {
  readonly number: number;
  readonly dir: string;
  /** Bridge in the owner's network namespace that connects its hosts; has address `.1`. */
  readonly bridge: string;
  /** First three parts of its addresses. */
  readonly prefix: string;
  readonly hostsFile: string;
  addName(ip: string, name: string): Promise<void>;
  removeHost(id: string, dir: string): Promise<void>;
  /** For process exit: only synchronous cleanup. */
  removeSync(id: string): void;
  release(): Promise<void>;
}

const command = promisify(execFile);

/** A process's start time in clock ticks; distinguishes reused process numbers. */
function startTime(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ")[19];
  } catch {
    return undefined;
  }
}

const cgroupMounts = (): string[] =>
  readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields[2] === "cgroup" || fields[2] === "cgroup2")
    .map((fields) => fields[1] ?? "");

/** Removes a host's cgroups, deepest first; those that still have processes stay. */
function removeCgroups(match: (name: string) => boolean): void {
  const removeTree = (dir: string): void => {
    try {
      for (const entry of readdirSync(dir, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(dir, entry.name));
      rmdirSync(dir);
    } catch {
      // already gone, or its processes are still ending: the next start retries
    }
  };
  for (const mount of cgroupMounts()) {
    try {
      for (const name of readdirSync(mount))
        if (name.startsWith("cdkvm-") && match(name.slice("cdkvm-".length))) removeTree(join(mount, name));
    } catch {
      // an unreadable hierarchy contains none of ours
    }
  }
}

async function removeTree(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function removeLink(name: string): Promise<void> {
  await command("ip", ["link", "del", name]).catch(() => {}); // a missing link is the goal
}

const bridgeOf = (number: number): string => `cdkvm-br${number}`;

/** Removes what dead owners left: their hosts have ended, but files, bridge and cgroups still exist. */
export async function removeLeftovers(): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  const { uid } = await lstat(root);
  if (uid !== 0) throw new Error(`${root} belongs to user ${uid}, not to root: remove it`);
  for (const entry of await readdir(root)) {
    const dir = join(root, entry);
    if (dir === capabilities) continue;
    if (!/^\d+$/.test(entry)) {
      const maker = Number(/\.(\d+)$/.exec(entry)?.[1] ?? 0);
      if (startTime(maker) === undefined) await removeTree(dir);
      continue;
    }
    const [pid, start] = (await readFile(join(dir, "owner"), "utf8").catch(() => "")).split(" ");
    if (pid && startTime(Number(pid)) === start) continue;
    const doomed = join(root, `dead-${entry}.${process.pid}`);
    try {
      await rename(dir, doomed); // only one cleaner wins
    } catch {
      continue;
    }
    await removeLink(bridgeOf(Number(entry)));
    removeCgroups((id) => id.startsWith(`${entry}-`));
    await removeTree(doomed);
  }
}

export async function takeSlot(): Promise<Slot> {
  await removeLeftovers();
  const fresh = join(root, `new-${Math.random().toString(36).slice(2)}.${process.pid}`);
  await mkdir(fresh, { recursive: true });
  await writeFile(join(fresh, "owner"), `${process.pid} ${startTime(process.pid)}`);
  await writeFile(join(fresh, "hosts"), "127.0.0.1 localhost\n");
  for (let number = 0; number < 512; number++) {
    try {
      await rename(fresh, join(root, String(number)));
    } catch {
      continue; // another process has it
    }
    const slot = makeSlot(number);
    await removeLink(slot.bridge);
    await command("ip", ["link", "add", slot.bridge, "type", "bridge", "forward_delay", "0"]);
    await command("ip", ["addr", "add", `${slot.prefix}.1/24`, "dev", slot.bridge]);
    await command("ip", ["link", "set", slot.bridge, "up"]);
    return slot;
  }
  await removeTree(fresh);
  throw new Error(`takeSlot: all 512 places under ${root} are taken; end the processes named in its owner files`);
}

function makeSlot(number: number): Slot {
  const dir = join(root, String(number));
  const bridge = bridgeOf(number);
  const hostsFile = join(dir, "hosts");
  return {
    number,
    dir,
    bridge,
    prefix: `198.${18 + (number >> 8)}.${number & 255}`,
    hostsFile,
    addName: (ip, name) => appendFile(hostsFile, `${ip} ${name}\n`),
    async removeHost(id, hostDir) {
      for (let left = 20; left > 0 && cgroupsOf(id).length > 0; left--) {
        removeCgroups((other) => other === id);
        if (cgroupsOf(id).length > 0) await delay(25);
      }
      await removeTree(hostDir);
    },
    removeSync(id) {
      removeCgroups((other) => other === id);
      spawnSync("ip", ["link", "del", bridge], { stdio: "ignore" });
      rmSync(dir, { recursive: true, force: true });
    },
    async release() {
      await removeLink(bridge);
      await removeTree(dir);
    },
  };
}

function cgroupsOf(id: string): string[] {
  return cgroupMounts().filter((mount) => {
    try {
      return readdirSync(mount).includes(`cdkvm-${id}`);
    } catch {
      return false;
    }
  });
}
