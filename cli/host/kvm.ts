import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deniedWords, kvmDevice } from "./kvm-device.ts";
import type { QemuUser } from "./qemu-user.ts";

export interface KvmUse {
  readonly usable: boolean;
  /** Why not; if usable, the evidence. */
  readonly reason: string;
}

export interface KvmProbe {
  /** Path of a Linux kernel to boot as well: the most reliable test, without a root file system. */
  readonly kernel?: string;
  /** The user that runs QEMU, if this process may switch to it. Default: this one. */
  readonly user?: QemuUser;
  /** Timeout per test guest, in milliseconds. Default 5 s for the probe's own code, four times that for the kernel. */
  readonly timeout?: number;
}

/**
 * The probe's own guest, at offset 0 of a 64 KiB ROM. Like any modern guest, it goes from real mode through protected mode
 * into 64-bit mode with paging. It runs cpuid, rdtsc, memory writes and TLB flushes a thousand times, then writes 0x10 to
 * port 0x501, where QEMU's isa-debug-exit ends the process with code 33.
 */
const code = [
  "fa 2e660f0116e800", // cli; lgdt cs:[0xe8]
  "0f20c0 6683c801 0f22c0 66ea1a000f000800", // set cr0.PE; jump to 0008:000f001a
  "66b81000 8ed8 8ec0 8ed0", // ds, es, ss = 0010
  "c7050010000003200000 c7050410000000000000", // page tables at 0x1000, 0x2000, 0x3000 map the first 2 MiB
  "c7050020000003300000 c7050420000000000000",
  "c7050030000083000000 c7050430000000000000",
  "b800100000 0f22d8 0f20e0 83c820 0f22e0", // cr3 = 0x1000; set cr4.PAE
  "b9800000c0 0f32 0d00010000 0f30", // set EFER.LME
  "0f20c0 0d01000080 0f22c0 ea91000f001800", // set cr0.PG; jump to 0018:000f0091
  "bc00800000 bee8030000", // rsp = 0x8000; esi = 1000
  "89f0 50 31c0 0fa2 0f31 58 4889042500900000", // again: push; cpuid; rdtsc; pop; write
  "0f20d8 0f22d8 ffce 75e4", // flush; next
  "66ba0105 b010 ee f4 ebfd", // out 0x501, 0x10; hlt
];
/** Null, 32-bit code, data, 64-bit code (Intel SDM volume 3, 3.4.5). */
const descriptors = [0n, 0x00cf9b000000ffffn, 0x00cf93000000ffffn, 0x00af9b000000ffffn];

function probeRom(): Buffer {
  const rom = Buffer.alloc(65536);
  Buffer.from(code.join("").replaceAll(" ", ""), "hex").copy(rom);
  for (const [index, each] of descriptors.entries()) rom.writeBigUInt64LE(each, 0xc8 + 8 * index);
  rom.writeUInt16LE(8 * descriptors.length - 1, 0xe8);
  rom.writeUInt32LE(0xf00c8, 0xea);
  rom.set([0xe9, 0x0d, 0x00], 0xfff0); // the reset vector: jump to offset 0
  return rom;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly timedOut: boolean;
}

function qemu(args: readonly string[], timeout: number, user?: QemuUser): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("qemu-system-x86_64", ["-nodefaults", "-no-reboot", "-display", "none", ...args], {
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
      ...user,
    });
    let output = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, timeout);
    const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (exit) => {
      clearTimeout(timer);
      resolve({ code: exit, output, timedOut });
    });
  });
}

const machine = (accelerator: string): string[] => ["-accel", accelerator, "-cpu", accelerator === "kvm" ? "host" : "max", "-M", "pc"];

/** Runs the probe's own guest. Returns nothing if it ended as expected, else what happened. */
export async function tryGuest(accelerator: "kvm" | "tcg", timeout: number, user?: QemuUser): Promise<string | undefined> {
  const dir = await mkdtemp(join(tmpdir(), "cdkvm-kvm-"));
  try {
    const rom = join(dir, "probe.rom");
    await writeFile(rom, probeRom());
    await chmod(dir, 0o755);
    const ended = await qemu(
      [...machine(accelerator), "-m", "16", "-bios", rom, "-device", "isa-debug-exit,iobase=0x501,iosize=4"],
      timeout,
      user,
    );
    if (ended.code === 33) return undefined;
    if (ended.timedOut) return `a test guest did not finish within ${timeout / 1000} s`;
    return ended.output.split("\n").find((line) => /error|failed|could not/i.test(line)) ?? `QEMU ended with ${ended.code}`;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function tryKernel(kernel: string, timeout: number, user?: QemuUser): Promise<string | undefined> {
  // without a root file system it panics at the end of its boot; panic=-1 turns that into a reboot, which ends QEMU
  const boot = ["-kernel", kernel, "-append", "console=ttyS0 panic=-1", "-serial", "stdio"];
  const ended = await qemu([...machine("kvm"), "-m", "256", ...boot], timeout, user);
  if (/Kernel panic|VFS: /.test(ended.output)) return undefined;
  return ended.timedOut
    ? `a Linux guest did not boot within ${timeout / 1000} s`
    : `a Linux guest ended early: ${ended.output.trim().split("\n").at(-1) ?? ""}`;
}

/**
 * Whether KVM really runs guests for this user. It may not even if /dev/kvm exists and opens (nested virtualization without
 * processor support, some containers and sandboxes). Decides between domain type `kvm` and `qemu`.
 * Takes about 0.1 s if KVM works.
 */
export async function kvmUsable({ kernel, user, timeout = 5000 }: KvmProbe = {}): Promise<KvmUse> {
  const no = (reason: string): KvmUse => ({ usable: false, reason });
  const device = user === undefined ? undefined : await kvmDevice(user);
  if (device?.is === "denied") return no(deniedWords(device));
  if (process.platform !== "linux") return no(`KVM needs Linux; this is ${process.platform}`);
  try {
    await access("/dev/kvm", constants.R_OK | constants.W_OK);
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === "EACCES";
    return no(
      denied
        ? "this user may not open /dev/kvm (group kvm)"
        : "/dev/kvm does not exist: the CPU has neither vmx nor svm, virtualization is disabled in the firmware, or the kvm module is not loaded",
    );
  }
  if (process.arch !== "x64") return { usable: true, reason: "/dev/kvm can be opened" };
  try {
    const failure = await tryGuest("kvm", timeout, user);
    if (failure !== undefined) return no(`/dev/kvm exists, but does not run guests: ${failure}`);
    const boot = kernel === undefined ? undefined : await tryKernel(kernel, 4 * timeout, user);
    if (boot !== undefined) return no(`/dev/kvm exists, but does not run guests: ${boot}`);
    return { usable: true, reason: kernel === undefined ? "a guest ran in 64-bit mode" : "a Linux guest booted" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return no("qemu-system-x86_64 is not installed (package qemu-system-x86)");
  }
}
