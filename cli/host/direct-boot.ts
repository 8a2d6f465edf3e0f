import { spawn } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { QemuUser } from "./qemu-user.ts";

export interface DirectBoot {
  /** A Linux kernel readable by QEMU's user. */
  readonly kernel: string;
  /** The user that runs QEMU, if this process may switch to it. Default: this one. */
  readonly user?: QemuUser | undefined;
  /** Milliseconds without kernel output. Default 20 s. */
  readonly timeoutMs?: number;
}

/** A kernel that gets this far has found processor, memory and devices; only a root file system is missing. */
const BOOTED = /Kernel panic - not syncing: VFS|Run \S+ as init process/;
/** A kernel that keeps printing gets this many times the timeout. */
const PATIENCE = 3;

/**
 * Boots a Linux kernel under KVM with QEMU alone, which works before any libvirtd runs. The QEMU monitor reports if QEMU
 * stops the guest, for example at an instruction that KVM cannot run.
 *
 * @returns why it did not boot; nothing if it did
 */
export async function bootDirectly({ kernel, user, timeoutMs = 20_000 }: DirectBoot): Promise<string | undefined> {
  const dir = await mkdtemp("/var/tmp/cdkvm-boot-");
  const stopped = Promise.withResolvers<string>();
  const monitor = await listen(join(dir, "qmp"), (socket) => void watch(socket).then(stopped.resolve, () => {}));
  try {
    if (user) for (const path of [dir, join(dir, "qmp")]) await chown(path, user.uid, user.gid);
    return await run(qemuArguments(kernel, join(dir, "qmp")), { home: dir, user, timeoutMs, stopped: stopped.promise });
  } finally {
    monitor.close();
    await rm(dir, { recursive: true, force: true });
  }
}

const machine = "-nodefaults -no-user-config -no-reboot -display none -accel kvm -cpu host -M q35 -m 256 -serial stdio".split(" ");
const qemuArguments = (kernel: string, monitor: string): string[] =>
  machine.concat(["-kernel", kernel, "-append", "console=ttyS0 panic=-1", "-qmp", `unix:${monitor}`]);

const listen = (path: string, onConnection: (socket: Socket) => void): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer(onConnection);
    server.once("error", reject);
    server.listen(path, () => resolve(server));
  });

/** Speaks QMP (https://www.qemu.org/docs/master/interop/qmp-spec.html); resolves with the reason when the guest stops. */
async function watch(socket: Socket): Promise<string> {
  socket.on("error", () => {}); // QEMU ended
  socket.write('{"execute":"qmp_capabilities"}\n{"execute":"query-status"}\n'); // the guest may have stopped before the query
  let text = "";
  for await (const chunk of socket) {
    const lines = (text += String(chunk)).split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as { event?: string; return?: { status?: string } };
      if (message.event === "STOP") socket.write('{"execute":"query-status"}\n');
      const status = message.return?.status ?? "running";
      if (status !== "running") return status;
    }
  }
  throw new Error("QEMU ended");
}

interface Run {
  readonly home: string;
  readonly user: QemuUser | undefined;
  readonly timeoutMs: number;
  readonly stopped: Promise<string>;
}

function run(args: readonly string[], { home, user, timeoutMs, stopped }: Run): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("qemu-system-x86_64", args, {
      cwd: "/",
      env: { ...process.env, HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
      ...user,
    });
    const last = Date.now() + PATIENCE * timeoutMs;
    let timer: NodeJS.Timeout | undefined;
    let text = "";
    let errors = "";
    let reason: string | undefined;
    const end = (why: string | undefined): void => {
      reason ??= why;
      clearTimeout(timer);
      child.kill("SIGKILL");
    };
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => end(`a Linux kernel printed nothing for ${timeoutMs / 1000} s`), Math.min(timeoutMs, last - Date.now()));
    };
    wait();
    void stopped.then((status) => end(`QEMU stopped a guest with a Linux kernel (${status})`));
    child.stdout.on("data", (chunk: Buffer) => {
      text = (text + chunk.toString("latin1")).slice(-65_536);
      wait();
      if (BOOTED.test(text)) end("");
    });
    child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve(`QEMU does not start: ${error.message}`);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const ended = `QEMU ended with ${signal ?? code} before a Linux kernel booted: ${errors.trim().split("\n").at(-1) ?? ""}`;
      const why = reason ?? (BOOTED.test(text) ? "" : ended);
      resolve(why === "" ? undefined : why);
    });
  });
}
