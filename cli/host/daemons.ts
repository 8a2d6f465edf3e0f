import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { withLibvirt } from "../connect.ts";
import { noAnswer, systemctlFailed } from "./errors.ts";
import { type KvmUse, kvmUsable } from "./kvm.ts";
import { log, startAlone } from "./libvirtd-alone.ts";
import { withoutOwners } from "./qemu-conf.ts";
import { isSame, type ProcessId, processOf } from "./process.ts";

/** Sockets of libvirtd, and since libvirt 9 of virtqemud, for the system's guests. */
const sockets = ["/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock"];

/** `yes`: it answers; `no`: nothing answers; `denied`: it exists, but this user may not connect (group libvirt). */
export type Running = "yes" | "no" | "denied";

const knock = (path: string): Promise<Running> =>
  new Promise((resolve) => {
    const client = connect(path);
    client.once("connect", () => {
      client.destroy();
      resolve("yes");
    });
    client.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EACCES" || error.code === "EPERM" ? "denied" : "no"));
  });

/** Whether a libvirt daemon for `qemu:///system` listens here. */
export async function libvirtdRunning(): Promise<Running> {
  const answers = await Promise.all(sockets.map(knock));
  return answers.find((each) => each === "yes") ?? answers.find((each) => each === "denied") ?? "no";
}

/** Whether systemd is process 1. If so, only systemd starts daemons. */
export const hasSystemd = (): boolean => existsSync("/run/systemd/system");

/** What was started. Excludes a virtlogd that was already running. */
export type StartedDaemons = { readonly systemd: true } | { readonly libvirtd?: ProcessId; readonly virtlogd?: ProcessId };

export interface StartOptions {
  /** Receives progress. */
  readonly log?: (line: string) => void;
  /** Time to wait for an answer, in milliseconds. Default 30 s. */
  readonly timeout?: number;
  /** Whether KVM runs guests. If not, a libvirtd started without systemd does not see it. Default: probe it. */
  readonly kvm?: KvmUse;
  /** Also enable it in systemd, to start at boot. Default true. */
  readonly enable?: boolean;
}

function systemctl(args: readonly string[]): Promise<void> {
  const [command = "", ...rest] = [...(process.getuid?.() === 0 ? [] : ["sudo"]), "systemctl", ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: ["inherit", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(systemctlFailed(code, errors))));
  });
}

/** A daemon that runs without systemd, from its pid file. */
async function daemon(name: "libvirtd" | "virtlogd"): Promise<ProcessId | undefined> {
  const pid = Number(await readFile(`/run/${name}.pid`, "utf8").catch(() => ""));
  return pid > 0 ? processOf(pid) : undefined;
}

/**
 * Starts libvirtd for `qemu:///system`: with systemd if that is process 1, else directly (`libvirtd-alone.ts`).
 * @returns what it started; nothing if libvirtd already runs
 * @throws CDKVM_LIBVIRTD if libvirtd does not answer in time; names the location of its log.
 */
export async function startLibvirtd(options: StartOptions = {}): Promise<StartedDaemons | undefined> {
  const { log: say = () => {}, timeout = 30_000, enable = true } = options;
  if ((await libvirtdRunning()) !== "no") return undefined;
  if (hasSystemd()) {
    const words = enable ? ["enable", "--now", "libvirtd"] : ["start", "libvirtd"];
    say(`Starting libvirtd: systemctl ${words.join(" ")}`);
    await systemctl(words);
    await waitForAnswer(timeout, "run journalctl -u libvirtd");
    return { systemd: true };
  }
  const kvm = options.kvm ?? (await kvmUsable());
  const hide = !kvm.usable && existsSync("/dev/kvm");
  const virtlogdBefore = await daemon("virtlogd");
  say(`Starting libvirtd without systemd${hide ? ", with /dev/kvm hidden from it" : ""}`);
  await withoutOwners(async () => {
    startAlone(hide);
    await waitForAnswer(timeout, `read ${log}`);
    await withLibvirt("qemu:///system", ({ node }) => node.hostname()); // it listens before it reads its configuration
  });
  const [libvirtd, virtlogd] = await Promise.all([daemon("libvirtd"), daemon("virtlogd")]);
  return { ...(libvirtd && { libvirtd }), ...(virtlogd && virtlogd.pid !== virtlogdBefore?.pid && { virtlogd }) };
}

async function waitForAnswer(timeout: number, fix: string): Promise<void> {
  for (const until = Date.now() + timeout; (await libvirtdRunning()) === "no"; await delay(50)) {
    if (Date.now() < until) continue;
    const last = hasSystemd() ? undefined : (await readFile(log, "utf8").catch(() => "")).trim().split("\n").at(-1);
    throw noAnswer(timeout / 1000, last, fix);
  }
}

/** Stops what {@link startLibvirtd} started, if it is still the same process. Guests keep running. */
export async function stopLibvirtd(started: StartedDaemons): Promise<void> {
  if ("systemd" in started)
    return await systemctl(["stop", "libvirtd.service", "libvirtd.socket", "libvirtd-ro.socket", "libvirtd-admin.socket"]);
  for (const each of [started.libvirtd, started.virtlogd]) {
    if (each === undefined || !isSame(each)) continue;
    await terminate(each.pid);
    for (const until = Date.now() + 10_000; isSame(each) && Date.now() < until;) await delay(50);
  }
}

async function terminate(pid: number): Promise<void> {
  if (process.getuid?.() === 0) {
    process.kill(pid, "SIGTERM");
    return;
  }
  await new Promise<void>((resolve, reject) => {
    spawn("sudo", ["kill", String(pid)], { stdio: "inherit" })
      .on("error", reject)
      .on("close", () => resolve());
  });
}
