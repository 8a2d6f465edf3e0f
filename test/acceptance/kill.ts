import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { engineEnvironment } from "../../engine/environment.ts";
import { type Host } from "../hosts/host.ts";
import type { Workspace } from "./workspace.ts";

export const victims = ["provider", "engine", "libvirtd"] as const;
export type Victim = (typeof victims)[number];

export interface Killed {
  /** Whether there was anything left to kill. */
  readonly hit: boolean;
  readonly code: number | null;
  readonly output: string;
  /** Milliseconds until the engine was gone. */
  readonly took: number;
}

/** Runs `apply` or `destroy` in the stack's folder and kills the victim with SIGKILL after so many milliseconds. */
export async function runAndKill(
  work: Workspace,
  host: Host,
  command: "apply" | "destroy",
  victim: Victim,
  after: number,
  restartsAtOnce: boolean,
): Promise<Killed> {
  const began = Date.now();
  const engine = spawn(work.engine.path, [command, "-auto-approve", "-input=false", "-no-color"], {
    cwd: work.folder,
    env: engineEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  engine.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  engine.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  // Not "close": a provider that outlives its engine holds the pipe.
  const exited = new Promise<number | null>((resolve) => engine.on("exit", resolve));
  let running = true;
  void exited.then(() => (running = false));
  await Promise.race([delay(after), exited]);
  let hit = running;
  if (victim === "engine") engine.kill("SIGKILL");
  else if (victim === "libvirtd") {
    await host.killLibvirtd();
    if (restartsAtOnce) await host.startLibvirtd();
  } else {
    hit = false;
    while (running && !hit) {
      const providers = childrenOf(engine.pid ?? 0);
      for (const pid of providers) process.kill(pid, "SIGKILL");
      hit = providers.length > 0;
      if (!hit) await delay(2);
    }
  }
  const code = await exited;
  const took = Date.now() - began;
  if (victim === "libvirtd" && !restartsAtOnce) await host.startLibvirtd();
  return { hit, code, output, took };
}

const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").trim().split(" "))
      .filter((one) => one !== "")
      .map(Number);
  } catch {
    return []; // it has ended
  }
};

/** Processes that still run in the stack's folder. */
export const leftRunning = (folder: string): string[] =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
    } catch {
      return []; // it has ended
    }
  });

/** What libvirt itself says that there is, and what there is of it on the host. */
export interface Inventory {
  /** `web1 running` */
  readonly guests: readonly string[];
  readonly networks: readonly string[];
  readonly pools: readonly string[];
  /** `fleet/base.raw` */
  readonly volumes: readonly string[];
  readonly files: readonly string[];
  /** QEMU processes. */
  readonly processes: number;
}

const script = `
set -e
v="virsh -c qemu:///system -q"
$v list --all | awk '{ print "guest", $2, $3 $4 }'
$v net-list --all | awk '{ print "network", $1, $2 }'
$v pool-list --all | awk '{ print "pool", $1, $2 }'
for pool in $($v pool-list --name); do $v pool-refresh $pool >/dev/null; $v vol-list $pool | awk -v pool=$pool '{ print "volume", pool "/" $1 }'; done
[ ! -d "$1" ] || find "$1" | sed 's/^/file /'
ps -eo comm | grep -c '^qemu-system' | sed 's/^/processes /'
`;

export async function inventory(host: Host, folder: string): Promise<Inventory> {
  const { stdout } = await host.exec("sh", ["-c", script, "sh", folder]);
  const lines = stdout.split("\n");
  const of = (kind: string): string[] => lines.flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : [])).sort();
  return {
    guests: of("guest"),
    networks: of("network"),
    pools: of("pool"),
    volumes: of("volume"),
    files: of("file"),
    processes: Number(of("processes")[0]),
  };
}

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The journal's entries that are left. */
export const journal = (folder: string): string[] => {
  const path = join(folder, "cdkvm/journal");
  return existsSync(path) ? readdirSync(path) : [];
};
