import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
import { installFailed, notDebian, notInstalled } from "./errors.ts";

/**
 * `host`: run guests; `guests`: build guests for examples and tests; `tests`: hosts in namespaces; `pages`: open reviews in tests;
 * `engine`: build OpenTofu.
 */
export type Need = "host" | "guests" | "tests" | "pages" | "engine";

export interface HostPackage {
  /** The name in Debian and Ubuntu. */
  readonly package: string;
  readonly why: string;
  readonly need: Need;
}

/** All Debian packages that cdkvm needs. */
export const hostPackages: readonly HostPackage[] = [
  { package: "libvirt-daemon-system", why: "libvirtd, which runs the guests", need: "host" },
  { package: "libvirt-clients", why: "virsh, which inspects and controls guests", need: "host" },
  { package: "qemu-system-x86", why: "QEMU, which runs each guest", need: "host" },
  { package: "qemu-utils", why: "qemu-img, which creates and converts disk images", need: "host" },
  { package: "dnsmasq-base", why: "DHCP and DNS of libvirt's networks", need: "host" },
  { package: "iptables", why: "NAT of libvirt's networks", need: "host" },
  { package: "iproute2", why: "ip, which inspects and creates bridges", need: "host" },
  { package: "ovmf", why: "UEFI firmware for guests", need: "host" },
  { package: "swtpm", why: "TPM for guests", need: "host" },
  { package: "swtpm-tools", why: "initial setup of a guest's TPM", need: "host" },
  { package: "genisoimage", why: "cloud-init ISO images", need: "host" },
  { package: "busybox-static", why: "user space of the tiny guest", need: "guests" },
  { package: "cpio", why: "packs the tiny guest's initramfs", need: "guests" },
  { package: "xz-utils", why: "unpacks kernel modules", need: "guests" },
  { package: "mmdebstrap", why: "builds the Debian guest", need: "tests" },
  { package: "e2fsprogs", why: "creates the Debian guest's file system", need: "tests" },
  { package: "util-linux", why: "unshare and nsenter, which create hosts in namespaces", need: "tests" },
  { package: "nftables", why: "lets tests inspect a host's firewall", need: "tests" },
  { package: "golang-go", why: "Go, which builds OpenTofu if its release cannot be downloaded", need: "engine" },
  { package: "ca-certificates", why: "certificates that verify Go's downloads", need: "engine" },
  { package: "postgresql", why: "stores states that several people share", need: "tests" },
  { package: "openssh-client", why: "qemu+ssh connections", need: "tests" },
  { package: "chromium", why: "opens a review's page in tests", need: "pages" },
];

const listed = (needs: readonly Need[]): HostPackage[] => hostPackages.filter((each) => needs.includes(each.need));

/** Debian and its derivatives; the package names apply only there. */
export async function isDebian(): Promise<boolean> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release) && existsSync("/usr/bin/apt-get");
}

const dpkgQuery = (names: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    // dpkg-query exits with 1 if it does not know a name, which is expected here
    execFile("dpkg-query", ["-W", "-f", "${db:Status-Status} ${Package}\n", ...names], (_error, stdout) => resolve(stdout));
  });

/** The listed packages that are not installed, in the table's order. */
export async function missing(needs: readonly Need[] = ["host"]): Promise<HostPackage[]> {
  const wanted = listed(needs);
  const lines = new Set((await dpkgQuery(wanted.map((each) => each.package))).split("\n"));
  return wanted.filter((each) => !lines.has(`installed ${each.package}`));
}

export interface InstallOptions {
  /** Default `["host"]`. */
  readonly needs?: readonly Need[];
  /** Install without asking. Default false: `ask` decides. */
  readonly yes?: boolean;
  /** Called once with the planned actions; default answers no. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** Receives progress, line by line. */
  readonly log?: (line: string) => void;
}

/** The command that installs these packages. */
export const installCommand = (packages: readonly HostPackage[]): string =>
  `${process.getuid?.() === 0 ? "" : "sudo "}apt-get install --no-install-recommends -y ${packages.map((each) => each.package).join(" ")}`;

function aptGet(args: readonly string[], log: (line: string) => void): Promise<void> {
  const root = process.getuid?.() === 0;
  const environment = ["DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1"];
  const apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", ...args];
  const [command = "", ...rest] = [...(root ? [] : ["sudo"]), "env", ...environment, ...apt];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: ["inherit", "pipe", "pipe"] });
    let errors = "";
    child.stdout.resume();
    child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-4000)));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) return resolve();
      for (const line of errors.trim().split("\n")) log(`  ${line}`);
      reject(new Error(errors.split("\n").find((line) => line.startsWith("E:")) ?? `apt-get ended with exit code ${code}`));
    });
  });
}

/** Whether apt has package lists; in a fresh container they are empty. */
const hasLists = async (): Promise<boolean> =>
  (await readdir("/var/lib/apt/lists").catch(() => [])).some((name) => name.includes("_Packages"));

/**
 * Installs missing packages with apt-get and, if not root, sudo. Returns what it installed.
 * @throws CDKVM_HOST_PACKAGES if it may not (no consent, not Debian) or if apt-get fails.
 */
export async function install(options: InstallOptions = {}): Promise<HostPackage[]> {
  const { needs = ["host"], yes = false, ask = () => Promise.resolve(false), log = () => {} } = options;
  const absent = await missing(needs);
  if (absent.length === 0) return [];
  const names = absent.map((each) => each.package);
  if (!(await isDebian())) throw notDebian(names);
  const command = installCommand(absent);
  log(`Debian packages missing on this host: ${absent.length}`);
  for (const each of absent) log(`  ${each.package.padEnd(24)}${each.why}`);
  if (!yes && !(await ask(`Run "${command}"?`))) throw notInstalled(names, command);
  log(`Running: ${command}`);
  const args = ["install", "--no-install-recommends", "-y", ...names];
  try {
    const fresh = await hasLists();
    if (!fresh) await aptGet(["update"], log);
    await aptGet(args, fresh ? () => {} : log).catch(async (error: unknown) => {
      if (!fresh) throw error;
      log("Running: apt-get update, then the same again"); // stale lists name versions that the mirror no longer has
      await aptGet(["update"], log);
      await aptGet(args, log);
    });
  } catch (cause) {
    throw installFailed(command, cause);
  }
  log(`Installed: ${names.join(" ")}`);
  return absent;
}
