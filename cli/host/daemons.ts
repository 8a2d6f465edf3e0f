import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { CdkvmError } from "../../model/errors.ts";
import { kvmUsable } from "./kvm.ts";

export { kvmUsable } from "./kvm.ts";

/** Where libvirtd, and since libvirt 9 virtqemud, listen for the system's guests. */
const sockets = ["/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock"];
const log = "/var/log/libvirt/libvirtd.log";

/** `yes`: it answers; `no`: nothing does; `denied`: it is there, and this user may not connect (group libvirt). */
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

/** systemd is process 1 here: it, and nobody else, starts daemons. */
export const hasSystemd = (): boolean => existsSync("/run/systemd/system");

/**
 * Start libvirtd without systemd. Two things are done for it that a plain `libvirtd -d` would miss:
 *
 * - Its children are reaped. libvirtd asks each QEMU for its capabilities by starting it as a daemon, kills it, and waits
 *   until its process is gone. Where process 1 does not reap (many containers), each such wait takes 40 s. So a small
 *   parent becomes the reaper of everything below it (prctl PR_SET_CHILD_SUBREAPER, 36), and waits.
 * - With `hide`, /dev/kvm is out of its sight: KVM that is there and does not work makes each of those questions hang.
 *   It gets a mount namespace with a copy of /dev; everything else is shared with the machine. What is mounted, or
 *   plugged in, after it started is not seen from there; restart it then.
 */
const script = String.raw`
set -eu
hide=$1
mkdir -p /run/libvirt /run/lock /var/log/libvirt/qemu /var/cache/libvirt
if [ "$hide" = yes ]; then
  dev=$(mktemp -d /run/cdkvm-dev.XXXXXX)
  mount -t tmpfs -o mode=755 devtmpfs "$dev"
  for path in /dev/* /dev/.[!.]*; do
    name=$(basename "$path")
    if [ "$name" = kvm ] || [ ! -e "$path" -a ! -h "$path" ]; then continue; fi
    if mountpoint -q "$path"; then
      if [ -d "$path" ]; then mkdir "$dev/$name"; else : > "$dev/$name"; fi
      mount --rbind "$path" "$dev/$name"
    else
      cp -a "$path" "$dev/$name"
    fi
  done
  umount -R -l /dev
  mount --move "$dev" /dev   # moved, not bound: libvirt moves what is mounted below /dev for each guest
  rmdir "$dev" 2> /dev/null || true
fi
[ -e /run/virtlogd.pid ] && kill -0 "$(cat /run/virtlogd.pid)" 2> /dev/null || virtlogd -d < /dev/null
exec perl -MPOSIX -e '
  my %prctl = ("x86_64" => 157, "aarch64" => 167);
  my $number = $prctl{(POSIX::uname())[4]};
  syscall($number, 36, 1, 0, 0, 0) if $number;
  my $daemon = fork() // die "fork: $!";
  if ($daemon == 0) { exec("libvirtd") or die "libvirtd: $!" }
  $SIG{TERM} = $SIG{INT} = sub { kill "TERM", $daemon };
  while (1) {
    my $child = waitpid(-1, 0);
    last if $child == $daemon or ($child == -1 and $! != POSIX::EINTR);
  }
'
`;

export interface StartOptions {
  /** Told what is done. */
  readonly log?: (line: string) => void;
  /** Time until it must answer, in milliseconds. Default 30 s. */
  readonly timeout?: number;
}

const failed = (problem: string, fix: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_LIBVIRTD", doing: "start libvirtd", problem, fix });

function systemctl(args: readonly string[]): Promise<void> {
  const [command = "", ...rest] = [...(process.getuid?.() === 0 ? [] : ["sudo"]), "systemctl", ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: ["inherit", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(failed(errors.trim() || `systemctl ended with ${code}`, "run systemctl status libvirtd")),
    );
  });
}

function startAlone(hide: boolean): void {
  const unshare = hide ? ["unshare", "--mount", "--propagation", "private"] : [];
  const privileged = process.getuid?.() === 0 ? [] : ["sudo"];
  const inner = ["sh", "-c", `exec >> ${log} 2>&1; ${script}`, "libvirtd", hide ? "yes" : "no"];
  const [command = "", ...rest] = [...privileged, ...unshare, ...inner];
  const child = spawn(command, rest, { detached: true, stdio: ["ignore", "ignore", "ignore"] });
  child.on("error", () => {}); // what it could not do shows in that libvirtd does not answer
  child.unref();
}

/**
 * Have libvirtd run for `qemu:///system`: by systemd where that is process 1, else by itself (see above). Gives how.
 * @throws CDKVM_LIBVIRTD when it does not answer in time; says where its log is.
 */
export async function startLibvirtd({ log: say = () => {}, timeout = 30_000 }: StartOptions = {}): Promise<
  "running" | "systemd" | "started"
> {
  if ((await libvirtdRunning()) !== "no") return "running";
  const systemd = hasSystemd();
  if (systemd) {
    say("Starting libvirtd: systemctl enable --now libvirtd");
    await systemctl(["enable", "--now", "libvirtd"]);
  } else {
    const kvm = await kvmUsable();
    const hide = !kvm.usable && existsSync("/dev/kvm");
    say(`Starting libvirtd, without systemd${hide ? `, /dev/kvm hidden from it (${kvm.reason})` : ""}`);
    startAlone(hide);
  }
  for (const until = Date.now() + timeout; (await libvirtdRunning()) === "no"; await delay(50)) {
    if (Date.now() < until) continue;
    const last = (await readFile(log, "utf8").catch(() => "")).trim().split("\n").at(-1);
    throw failed(
      `it does not answer after ${timeout / 1000} s${last ? `; its log ends with: ${last}` : ""}`,
      systemd ? "run journalctl -u libvirtd" : `read ${log}`,
    );
  }
  return systemd ? "systemd" : "started";
}

/** Processes of the libvirtd and virtlogd that run by themselves, from their own pid files. */
async function pids(): Promise<number[]> {
  const texts = await Promise.all(["/run/libvirtd.pid", "/run/virtlogd.pid"].map((path) => readFile(path, "utf8").catch(() => "")));
  return texts.map(Number).filter((pid) => pid > 0);
}

/** End the libvirtd that `startLibvirtd` started without systemd; guests run on. Root only; with systemd, does nothing. */
export async function stopLibvirtd(): Promise<void> {
  if (hasSystemd()) return;
  for (const pid of await pids()) {
    try {
      process.kill(pid, "SIGTERM");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
  for (const until = Date.now() + 10_000; (await libvirtdRunning()) !== "no" && Date.now() < until;) await delay(50);
}
