import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "./cache.ts";
import { cpio, type CpioEntry } from "./cpio.ts";
import { run } from "./debs.ts";
import { noBusybox } from "./errors.ts";
import { type Kernel, kernelPackages, unpackKernel } from "./kernel.ts";

export interface TinyGuest {
  /** Path of the kernel. */
  readonly kernel: string;
  /** Path of the initramfs. */
  readonly initrd: string;
}

/** Arguments for a tiny guest's kernel. */
export interface TinyOptions {
  readonly hostname: string;
  /** Serve a page on port 80. Default false. */
  readonly httpd?: boolean;
  /** Seconds before the guest agent starts, if the guest has one. Default 0. */
  readonly agentAfter?: number;
}

const serial = process.arch === "arm64" ? "ttyAMA0" : "ttyS0";

/** Kernel command line: serial console, little output, and the settings for the guest's init. */
export const tinyCmdline = ({ hostname, httpd = false, agentAfter = 0 }: TinyOptions): string =>
  [
    `console=${serial}`,
    "quiet",
    "panic=-1",
    `cdkvm.hostname=${hostname}`,
    `cdkvm.agent=${agentAfter}`,
    ...(httpd ? ["cdkvm.httpd=1"] : []),
  ].join(" ");

/** Loaded at boot with their dependencies; skipped if built in or missing. */
const modules = [
  "virtio_pci",
  "virtio_mmio",
  "virtio_net",
  "virtio_blk",
  "virtio_console",
  "virtio_rng",
  "virtio_balloon",
  "virtio_scsi",
  "sd_mod",
  "sr_mod",
  "ahci",
  "isofs",
  "e1000",
  "e1000e",
  "af_packet",
  "evdev",
  "button",
];

const scripts = ["init", "inittab", "network-up", "udhcpc", "power-off"] as const;
const folders = [
  "bin",
  "dev",
  "etc",
  "etc/acpi",
  "etc/acpi/PWRF",
  "modules",
  "mnt",
  "proc",
  "root",
  "run",
  "sys",
  "tmp",
  "var",
  "var/log",
  "var/run",
  "www",
];

const busybox = "/bin/busybox";

async function initramfs(kernel: Kernel): Promise<Buffer> {
  const text = async (name: (typeof scripts)[number]) =>
    (await readFile(join(import.meta.dirname, "tiny", name), "utf8")).replaceAll("@CONSOLE@", serial);
  const loaded = await kernel.modules(modules);
  const program = 0o100755;
  const file = 0o100644;
  const entries: CpioEntry[] = [
    ...folders.map((path) => ({ path, mode: 0o040755 })),
    { path: "dev/console", mode: 0o020600, device: [5, 1] },
    { path: "dev/null", mode: 0o020666, device: [1, 3] },
    { path: "bin/busybox", mode: program, data: await readFile(busybox) },
    { path: "bin/sh", mode: 0o120777, data: "busybox" },
    { path: "init", mode: program, data: await text("init") },
    { path: "etc/inittab", mode: file, data: await text("inittab") },
    { path: "etc/network-up", mode: program, data: await text("network-up") },
    { path: "etc/udhcpc", mode: program, data: await text("udhcpc") },
    { path: "etc/acpi/PWRF/00000080", mode: program, data: await text("power-off") },
    { path: "etc/passwd", mode: file, data: "root::0:0:root:/root:/bin/sh\n" },
    { path: "etc/group", mode: file, data: "root:x:0:\n" },
    { path: "modules/order", mode: file, data: loaded.map((each) => each.name).join("\n") + "\n" },
    ...loaded.map((each) => ({ path: `modules/${each.name}.ko`, mode: file, data: each.data })),
  ];
  return cpio(entries);
}

/**
 * A guest with Debian's cloud kernel and busybox, both from Debian packages: boots in about two seconds under emulation,
 * gets an address by DHCP, has a shell on the serial console, serves a page on request (`tinyCmdline`), and powers off when
 * its power button is pressed. Built once per kernel and busybox version, below `cacheRoot()`.
 * Needs packages `busybox-static` and apt's package lists; no root.
 */
export async function tinyGuest(log: (line: string) => void = () => {}): Promise<TinyGuest> {
  const linked = await run("busybox", []).catch(() => "");
  if (linked === "" || !(await readFile(busybox).catch(() => Buffer.alloc(0))).includes("udhcpc")) throw noBusybox(busybox);
  const packages = await kernelPackages();
  const own = await Promise.all(
    [...scripts.map((name) => `tiny/${name}`), "tiny.ts"].map((name) => readFile(join(import.meta.dirname, name), "utf8")),
  );
  const inputs = [...packages.versions, linked.split("\n")[0] ?? "", ...own];
  const dir = await cached("tiny", inputs, async (target) => {
    log(`Building the tiny guest from ${packages.versions[0]} and busybox`);
    const work = await mkdtemp(join(tmpdir(), "cdkvm-tiny-"));
    try {
      const kernel = await unpackKernel(packages, work);
      await copyFile(kernel.file, join(target, "vmlinuz"));
      await writeFile(join(target, "initrd"), await initramfs(kernel));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return { kernel: join(dir, "vmlinuz"), initrd: join(dir, "initrd") };
}
