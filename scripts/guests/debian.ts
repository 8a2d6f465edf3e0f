import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cached } from "./cache.ts";
import { cpio } from "./cpio.ts";
import { run } from "./debs.ts";
import { noMirror, notRoot } from "./errors.ts";
import { type Kernel, type KernelPackages, kernelPackages, unpackKernel } from "./kernel.ts";

export interface DebianGuest {
  /** Path of the qcow2 image: one ext4 file system with label `root`, no partitions, no boot loader. */
  readonly image: string;
  /** Path of its kernel. */
  readonly kernel: string;
  /** Path of its initramfs. */
  readonly initrd: string;
  /** Kernel command line. */
  readonly cmdline: string;
}

const packages = [
  "systemd-sysv",
  "udev",
  "dbus",
  "kmod",
  "iproute2",
  "cloud-init",
  "cloud-guest-utils",
  "openssh-server",
  "qemu-guest-agent",
  "sudo",
  "netbase",
  "ca-certificates",
];

const serial = process.arch === "arm64" ? "ttyAMA0" : "ttyS0";
const cmdline = `root=LABEL=root rw console=${serial} quiet systemd.show_status=0 net.ifnames=0 mitigations=off`;

/** Drivers for finding the root file system; the other modules are in the image. */
const bootModules = ["virtio_pci", "virtio_mmio", "virtio_blk", "virtio_scsi", "sd_mod", "ahci", "nvme", "ext4"];

interface Release {
  readonly codename: string;
  /** apt's one-line sources. */
  readonly sources: readonly string[];
}

/** This machine's release, from the mirrors that its apt uses. */
async function machineRelease(): Promise<Release> {
  const osRelease = await readFile("/etc/os-release", "utf8");
  const codename = /^VERSION_CODENAME=(.*)$/m.exec(osRelease)?.[1] ?? "";
  const format = "$(REPO_URI)|$(CODENAME)|$(ORIGIN)|$(COMPONENT)";
  const lines = (await run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"])).split("\n");
  const sources = new Set<string>();
  for (const line of lines) {
    const [uri, suite, origin, component] = line.split("|");
    if ((origin === "Debian" || origin === "Ubuntu") && (suite === codename || suite?.startsWith(`${codename}-`)))
      sources.add(`deb ${uri} ${suite} ${component}`);
  }
  if (sources.size === 0) throw noMirror(codename);
  return { codename, sources: [...sources] };
}

async function initramfs(kernel: Kernel): Promise<Buffer> {
  const modules = await kernel.modules(bootModules);
  return cpio([
    ...["bin", "dev", "mnt", "modules", "proc", "sys"].map((path) => ({ path, mode: 0o040755 })),
    { path: "dev/console", mode: 0o020600, device: [5, 1] },
    { path: "bin/busybox", mode: 0o100755, data: await readFile("/bin/busybox") },
    { path: "bin/sh", mode: 0o120777, data: "busybox" },
    { path: "init", mode: 0o100755, data: await readFile(join(import.meta.dirname, "debian/init")) },
    { path: "modules/order", mode: 0o100644, data: modules.map((each) => each.name).join("\n") + "\n" },
    ...modules.map((each) => ({ path: `modules/${each.name}.ko`, mode: 0o100644, data: each.data })),
  ]);
}

async function build(target: string, work: string, release: Release, kernels: KernelPackages, log: (line: string) => void): Promise<void> {
  const root = join(work, "root");
  log(`Installing Debian ${release.codename} below ${root}`);
  const exclude = ["/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*"].map((path) => `--dpkgopt=path-exclude=${path}`);
  const options = ["--mode=root", "--quiet", "--variant=minbase", `--include=${packages.join(",")}`, ...exclude];
  await run("mmdebstrap", [...options, release.codename, root, ...release.sources], { timeout: 900_000 });

  const unpacked = join(work, "kernel");
  const kernel = await unpackKernel(kernels, unpacked);
  await copyFile(kernel.file, join(target, "vmlinuz"));
  await writeFile(join(target, "initrd"), await initramfs(kernel));
  await mkdir(join(root, "usr/lib/modules"), { recursive: true });
  await run("cp", ["-a", join(kernel.moduleDir), join(root, "usr/lib/modules/")]);
  await run("chroot", [root, "depmod", kernel.release]);
  await run("sh", [join(import.meta.dirname, "debian/setup"), root, serial]);

  log("Making the file system and the image");
  const raw = join(work, "root.raw");
  await run("truncate", ["-s", "3G", raw]);
  await run("mke2fs", ["-q", "-F", "-t", "ext4", "-L", "root", "-m", "0", "-d", root, raw], { timeout: 300_000 });
  await run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, join(target, "debian.qcow2")], { timeout: 300_000 });
}

/**
 * A Debian guest of this machine's release with systemd, cloud-init (NoCloud), sshd and the guest agent, created by
 * mmdebstrap from apt's mirrors, booted directly with its kernel. Built once per kernel version and recipe, below
 * `cacheRoot()`; takes a minute or two. Needs root and the packages of need `tests`.
 */
export async function debianGuest(log: (line: string) => void = () => {}): Promise<DebianGuest> {
  if (process.getuid?.() !== 0) throw notRoot();
  const [release, kernels] = await Promise.all([machineRelease(), kernelPackages()]);
  const recipe = await Promise.all(
    ["debian/init", "debian/setup", "debian.ts"].map((name) => readFile(join(import.meta.dirname, name), "utf8")),
  );
  const dir = await cached("debian", [release.codename, ...kernels.versions, ...recipe], async (target) => {
    const work = await mkdtemp(join(tmpdir(), "cdkvm-debian-"));
    try {
      await build(target, work, release, kernels, log);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return { image: join(dir, "debian.qcow2"), kernel: join(dir, "vmlinuz"), initrd: join(dir, "initrd"), cmdline };
}
