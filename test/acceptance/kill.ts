import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { engineEnvironment } from "../../engine/environment.ts";
import { type Host } from "../hosts/host.ts";
import type { Workspace } from "./workspace.ts";

export const victims = ["provider", "engine", "libvirtd", "cdkvm"] as const;
export type Victim = (typeof victims)[number];

export interface Killed {
  /** Whether there was anything left to kill. */
  readonly hit: boolean;
  readonly code: number | null;
  readonly output: string;
  /** Milliseconds until the engine was gone. */
  readonly took: number;
}

export interface Kill {
  readonly victim: Victim;
  /** Milliseconds from the beginning. */
  readonly after: number;
  /** Whether cdkvm runs the engine, which then shares one provider process, or it is run by hand. */
  readonly byCdkvm: boolean;
  /** Whether a killed libvirtd is started again while the command runs. */
  readonly restartsAtOnce: boolean;
}

/** Runs `apply` or `destroy` in the stack's folder and kills the victim with SIGKILL. */
export async function runAndKill(
  work: Workspace,
  host: Host,
  command: "apply" | "destroy",
  { victim, after, byCdkvm, restartsAtOnce }: Kill,
): Promise<Killed> {
  const [program, args] = byCdkvm
    ? [process.execPath, [join(import.meta.dirname, "engine-run.ts"), work.folder, command]]
    : [work.engine.path, [command, "-auto-approve", "-input=false", "-no-color"]];
  const child = spawn(program, args, { cwd: work.folder, env: engineEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      isReady();
    });
  // Not "close": a provider that outlives its engine holds the pipe.
  const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
  let running = true;
  void exited.then(() => (running = false));
  if (byCdkvm) await Promise.race([ready, exited]);
  const began = Date.now();
  await Promise.race([delay(after), exited]);
  let hit = running;
  if (victim === "cdkvm" || (victim === "engine" && !byCdkvm)) child.kill("SIGKILL");
  else if (victim === "libvirtd") {
    await host.killLibvirtd();
    if (restartsAtOnce) await host.startLibvirtd();
  } else {
    hit = false;
    while (running && !hit) {
      const victims = childrenOf(child.pid ?? 0).filter((pid) => !byCdkvm || isEngine(pid) === (victim === "engine"));
      for (const pid of victims) process.kill(pid, "SIGKILL");
      hit = victims.length > 0;
      if (!hit) await delay(2);
    }
  }
  const code = await exited;
  if (victim === "cdkvm") await untilGone(work.folder); // its engine goes on to its end
  const took = Date.now() - began;
  if (victim === "libvirtd" && !restartsAtOnce) await host.startLibvirtd();
  return { hit, code, output, took };
}

async function untilGone(folder: string): Promise<void> {
  for (const until = Date.now() + 60_000; leftRunning(folder).length > 0 && Date.now() < until;) await delay(50);
}

const isEngine = (pid: number): boolean => /\/(tofu|terraform)$/.test(linkOf(pid, "exe") ?? "");

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

/** The processes that run in a stack's folder. */
const runningIn = (folder: string): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => linkOf(pid, "cwd") === folder);

const linkOf = (pid: number, name: "cwd" | "exe"): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/${name}`);
  } catch {
    return undefined; // it has ended
  }
};

/** The command lines of processes that still run in the stack's folder. */
export const leftRunning = (folder: string): string[] =>
  runningIn(folder).flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
    } catch {
      return []; // it has ended
    }
  });

/** The provider that serves the stack in the folder. */
export function providerIn(folder: string): number {
  const found = runningIn(folder).find((pid) => linkOf(pid, "exe") === process.execPath);
  if (found === undefined) throw new Error(`no provider runs in ${folder}`);
  return found;
}

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

/** Where two inventories differ: `guests: web1 running, not web1 shut off`. */
export const difference = (expected: Inventory, there: Inventory): string =>
  Object.keys(expected)
    .map((name) => [name, JSON.stringify(expected[name as keyof Inventory]), JSON.stringify(there[name as keyof Inventory])] as const)
    .flatMap(([name, before, now]) => (before === now ? [] : [`${name}: ${now}, not ${before}`]))
    .join("\n");

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
