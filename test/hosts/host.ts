import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFile, cp, link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { copyConfiguration } from "./configuration.ts";
import { writeEmptyRoms } from "./network-boot.ts";
import { type Slot, capabilities, takeSlot } from "./slot.ts";

export interface HostOptions {
  /** Host name, which the other hosts of this process also resolve. Default `kvm1`, `kvm2`, ... */
  readonly name?: string;
  /** Last part of the address in the process's /24. Default: the next free one, from 11. */
  readonly octet?: number;
  /** Define and start libvirt's `default` network (192.168.122.0/24) as on a fresh Debian host. Default false. */
  readonly defaultNetwork?: boolean;
  /** Lines for this host's /etc/libvirt/qemu.conf. */
  readonly qemuConf?: readonly string[];
  /** Lines for this host's /etc/libvirt/libvirtd.conf. */
  readonly libvirtdConf?: readonly string[];
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface ExecOptions {
  /** Written to the command's stdin. */
  readonly input?: string | Uint8Array;
  /** Return the exit code instead of throwing. Default false. */
  readonly mayFail?: boolean;
  /** Milliseconds. Default 60 s. */
  readonly timeout?: number;
}

/** A real libvirtd with QEMU in its own namespaces: network, mounts, processes, host name, cgroups. */
export interface Host {
  readonly name: string;
  /** IPv4 address, reachable from the test's process and its other hosts. */
  readonly ip: string;
  /** Path of libvirtd's socket that the test's process can connect to. */
  readonly socket: string;
  /** `qemu+unix:///system?socket=...` */
  readonly uri: string;
  /** `qemu+tcp://<ip>/system`, without authentication. */
  readonly tcpUri: string;
  /** The host's own files: `run`, `lib` (/var/lib/libvirt), `etc` (/etc/libvirt), `log`, `cache`. */
  readonly dir: string;
  /** The host's process 1 as a PID of the test's process: for nsenter. */
  readonly pid: number;
  /** Runs a command on the host. */
  exec(command: string, args?: readonly string[], options?: ExecOptions): Promise<Output>;
  /** Starts a command on the host and leaves it running; it ends with the host at the latest. */
  spawn(command: string, args?: readonly string[]): ChildProcess;
  /** Runs `virsh` on the host; returns stdout without trailing newlines. */
  virsh(...args: string[]): Promise<string>;
  /** A file as the host sees it. */
  readFile(path: string): Promise<string>;
  /** The body of a page reachable from the host, such as a guest's. Rejects if there is no answer in 5 s. */
  fetch(url: string): Promise<string>;
  /** Copies a file to the host (default /var/lib/libvirt/boot), where QEMU may read it; returns its path there. */
  put(source: string, directory?: string): Promise<string>;
  /** kill -9 libvirtd; guests and unfinished work remain. */
  killLibvirtd(): Promise<void>;
  /** Starts libvirtd again after {@link killLibvirtd}, and waits until it answers. */
  startLibvirtd(): Promise<void>;
  /** kill -9 libvirtd (guests stay), then starts it again. */
  restartLibvirtd(): Promise<void>;
  /** Ends all its processes and removes its files. May be called twice. */
  stop(): Promise<void>;
}

const script = join(import.meta.dirname, "host.sh");
const names = new Set<string>();
let slot: Promise<Slot> | undefined;
let number = 0;
/** Hosts that are starting, running or stopping: the last one releases the slot. */
let users = 0;

const run = (command: string, args: readonly string[], options: ExecOptions = {}): Promise<Output> =>
  new Promise((resolve, reject) => {
    const limits = { timeout: options.timeout ?? 60_000, maxBuffer: 64 << 20, killSignal: "SIGKILL" as const };
    const child = execFile(command, [...args], limits, (error, stdout, stderr) => {
      const code = child.exitCode ?? -1;
      if (error && (!options.mayFail || code === -1)) {
        reject(
          new Error(
            `${command} ${args.join(" ")}: ${child.killed ? `killed after ${limits.timeout} ms; ` : ""}${stderr || error.message}`,
            { cause: error },
          ),
        );
      } else resolve({ stdout, stderr, code });
    });
    child.stdin?.on("error", () => {}); // the command may ignore its input
    child.stdin?.end(options.input ?? "");
  });

const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const client = connect(socket, () => resolve(true));
    client.on("error", () => resolve(false)).on("connect", () => client.destroy());
  });

async function configure(dir: string, ip: string, options: HostOptions): Promise<void> {
  await copyConfiguration("/etc/libvirt", join(dir, "etc"), { defaultNetwork: options.defaultNetwork === true });
  const conf = [
    `host_uuid = "${randomUUID()}"`,
    "listen_tls = 0",
    "listen_tcp = 1",
    'auth_tcp = "none"',
    'auth_unix_rw = "none"',
    `listen_addr = "${ip}"`,
    'unix_sock_dir = "/run/libvirt"',
    ...(options.libvirtdConf ?? []),
  ];
  await writeFile(join(dir, "etc/libvirtd.conf"), conf.join("\n") + "\n");
  // AppArmor does not know paths that are bound in a namespace
  await appendFile(join(dir, "etc/qemu.conf"), ["", 'security_driver = "none"', ...(options.qemuConf ?? []), ""].join("\n"));
}

/** Copies libvirt's QEMU capabilities cache if it exists at `from` but not at `to`. */
async function copyCapabilities(from: string, to: string): Promise<void> {
  if (!existsSync(from) || existsSync(to)) return;
  const fresh = `${to}.${randomUUID()}.${process.pid}`;
  await cp(from, fresh, { recursive: true, preserveTimestamps: true });
  await rename(fresh, to).catch(() => rm(fresh, { recursive: true, force: true })); // another process was first
}

/** The lines printed by host.sh, one at a time. */
function reports(child: ChildProcess): (expected: string) => Promise<void> {
  let text = "";
  let ended = false;
  let wake: () => void = () => {};
  child.stdout?.on("data", (chunk: Buffer) => ((text += chunk.toString()), wake()));
  child.stderr?.on("data", (chunk: Buffer) => ((text += chunk.toString()), wake()));
  child.on("close", () => ((ended = true), wake()));
  return async (expected) => {
    const until = Date.now() + 20_000;
    while (!text.split("\n").includes(expected)) {
      if (ended || Date.now() > until) throw new Error(`the host did not report "${expected}" but: ${text.trim() || "nothing"}`);
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), delay(200)]);
    }
  };
}

/**
 * A KVM host, up in about a second. It ends with `stop()`, or with this process, in whatever way.
 * Needs root and Debian's packages: see `canRunHosts`.
 */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  if (options.name !== undefined && names.has(options.name))
    throw new Error(`startHost: this process already has a host "${options.name}"`);
  users += 1;
  const place = await (slot ??= takeSlot());
  const octet = options.octet ?? 11 + number;
  const name = options.name ?? `kvm${number + 1}`;
  names.add(name);
  number += 1;
  const ip = `${place.prefix}.${octet}`;
  const id = `${place.number}-${name}`;
  const dir = join(place.dir, name);
  const veth = `cdkvm${place.number}v${octet}`;
  await configure(dir, ip, options);
  await place.addName(ip, name);
  await link(place.hostsFile, join(dir, "hosts"));
  await copyCapabilities(capabilities, join(dir, "cache/qemu/capabilities"));
  await writeEmptyRoms(join(dir, "roms"));

  const child = spawn("/bin/bash", [script, "outer", id, dir, name, `${ip}/24`, randomUUID()], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => {}); // it may end on its own; `closed` tells
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const onExit = () => {
    child.kill("SIGKILL");
    spawnSync("sleep", ["0.05"]);
    place.removeSync(id);
  };
  process.once("exit", onExit);
  const stop = async () => {
    child.stdin.end();
    if (!(await Promise.race([closed.then(() => true), delay(3000, false, { ref: false })]))) child.kill("SIGKILL"); // --kill-child ends the rest
    await closed;
    await copyCapabilities(join(dir, "cache/qemu/capabilities"), capabilities);
    process.off("exit", onExit);
    await run("ip", ["link", "del", veth], { mayFail: true });
    await place.removeHost(id, dir);
    names.delete(name);
    users -= 1;
    if (users === 0) {
      slot = undefined;
      number = 0;
      await place.release();
    }
  };
  try {
    const reported = reports(child);
    await reported("namespaces");
    await run("ip", ["link", "add", veth, "type", "veth", "peer", "name", "eth0", "netns", String(child.pid)]);
    await run("ip", ["link", "set", veth, "master", place.bridge, "up"]);
    child.stdin.write("go\n");
    await reported("started");
    const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ")[0]);
    const host = makeHost({ name, ip, dir, pid, stop: once(stop) });
    await host.ready();
    return host;
  } catch (error) {
    const log = existsSync(join(dir, "log/libvirtd.log")) ? readFileSync(join(dir, "log/libvirtd.log"), "utf8").slice(-2000) : "";
    await stop();
    throw new Error(`startHost ${name}: ${(error as Error).message}\n${log}`, { cause: error });
  }
}

const once = (action: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined;
  return () => (done ??= action());
};

function makeHost(of: {
  name: string;
  ip: string;
  dir: string;
  pid: number;
  stop: () => Promise<void>;
}): Host & { ready(): Promise<void> } {
  const { name, ip, dir, pid, stop } = of;
  const socket = join(dir, "run/libvirt/libvirt-sock");
  const enter = (command: string, args: readonly string[]) => [
    "-t",
    String(pid),
    "-m",
    "-u",
    "-i",
    "-n",
    "-p",
    "-C",
    "--",
    command,
    ...args,
  ];
  const exec: Host["exec"] = (command, args = [], options = {}) => run("nsenter", enter(command, args), options);
  const ready = async () => {
    for (const until = Date.now() + 30_000; !(await answers(socket)); await delay(20)) {
      if (Date.now() > until) throw new Error(`libvirtd does not answer on ${socket}`);
    }
  };
  const killLibvirtd = async (): Promise<void> => {
    const libvirtd = (await readFile(join(dir, "run/libvirtd.pid"), "utf8")).trim();
    await exec("sh", ["-c", "kill -KILL $1 && while kill -0 $1 2>/dev/null; do sleep 0.02; done", "sh", libvirtd]);
  };
  const startLibvirtd = async (): Promise<void> => {
    await exec("libvirtd", ["-l", "-d"]);
    await ready();
  };
  return {
    name,
    ip,
    socket,
    dir,
    pid,
    uri: `qemu+unix:///system?socket=${socket}`,
    tcpUri: `qemu+tcp://${ip}/system`,
    exec,
    ready,
    stop,
    spawn: (command, args = []) => spawn("nsenter", enter(command, args), { stdio: "ignore" }),
    virsh: async (...args) => (await exec("virsh", ["-c", "qemu:///system", ...args])).stdout.trimEnd(),
    readFile: async (path) => (await exec("cat", [path])).stdout,
    async fetch(url) {
      const program = "process.stdout.write(await (await fetch(process.argv[1], { signal: AbortSignal.timeout(5000) })).text())";
      return (await exec(process.execPath, ["--input-type=module", "-e", program, url])).stdout;
    },
    async put(source, directory = "/var/lib/libvirt/boot") {
      const target = join(directory, basename(source));
      await exec("mkdir", ["-p", directory]);
      await exec("cp", ["--reflink=auto", "--sparse=always", source, target]);
      await exec("chmod", ["a+r", target]);
      return target;
    },
    killLibvirtd,
    startLibvirtd,
    async restartLibvirtd() {
      await killLibvirtd();
      await startLibvirtd();
    },
  };
}
