/**
 * The demo: two guests of `examples/homelab` on this machine's own libvirt, from nothing to a page fetched from one of them.
 *
 *     npm run demo [-- --yes | --destroy]
 *
 * Run as root, or with sudo where packages are missing. Nothing is downloaded but Debian packages and, where no engine is
 * installed, OpenTofu.
 */
import { spawn } from "node:child_process";
import { chmod, copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { withLibvirt } from "../cli/connect.ts";
import { startLibvirtd } from "../cli/host/daemons.ts";
import { kvmUsable } from "../cli/host/kvm.ts";
import { install } from "../cli/host/packages.ts";
import { installEngineHere } from "../cli/install-engine.ts";
import { Terminal } from "../cli/terminal.ts";
import { findEngine } from "../engine/index.ts";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { tinyGuest } from "./guests/tiny.ts";

const root = join(import.meta.dirname, "..");
const example = join(root, "examples/homelab");
/** Where QEMU may read; the user's own cache it may not. */
const boot = "/var/lib/libvirt/cdkvm-demo";
const uri = "qemu:///system";
const guests = ["web1", "db1"] as const;

const { values: options } = parseArgs({
  options: { yes: { type: "boolean", default: false }, destroy: { type: "boolean", default: false } },
});
const terminal = new Terminal();
const step = (text: string): void => terminal.say(`\n${terminal.style("bold", `▸ ${text}`)}`);

async function ask(question: string): Promise<boolean> {
  if (options.yes) return true;
  if (!process.stdin.isTTY) {
    terminal.say(`${question} Yes: there is no terminal to ask on.`);
    return true;
  }
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}

const environment = (): Record<string, string> => ({
  CDKVM_DEMO_KERNEL: join(boot, "vmlinuz"),
  CDKVM_DEMO_INITRD: join(boot, "initrd.img"),
});

/** Runs the command line as a user would, in the example's folder. */
function cdkvm(args: readonly string[], env: Readonly<Record<string, string>>, quiet = false): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
      cwd: example,
      stdio: ["ignore", quiet ? "ignore" : "inherit", "inherit"],
      env: { ...process.env, ...env },
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

async function mustRun(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const code = await cdkvm(args, env);
  if (code !== 0)
    throw new CdkvmError({
      code: "CDKVM_DEMO",
      doing: `run cdkvm ${args.join(" ")}`,
      problem: `it ended with exit code ${code}`,
      fix: "see what it printed above; `npm run demo -- --destroy` removes what is there",
    });
}

async function prepareHost(): Promise<"kvm" | "qemu"> {
  step("This host");
  await install({ needs: ["host", "guests"], yes: options.yes, ask, log: (line) => terminal.say(`  ${line}`) });
  await startLibvirtd({ log: (line) => terminal.say(`  ${line}`) });
  const hostname = await withLibvirt(uri, (connection) => connection.node.hostname());
  const { usable, reason } = await kvmUsable();
  terminal.say(`  libvirt answers at ${uri} (${hostname})`);
  terminal.say(usable ? "  guests run on KVM" : `  guests are emulated, which is slow: ${reason}`);
  return usable ? "kvm" : "qemu";
}

async function prepareEngine(): Promise<void> {
  step("The engine");
  const engine = (await findEngine()) ?? (await installEngineHere({ ask, say: (line) => terminal.say(`  ${line}`) }));
  terminal.say(`  ${engine.kind} ${engine.version}  ${engine.path}`);
}

async function prepareGuest(): Promise<void> {
  step("The guests' system: Debian's kernel and busybox, from packages");
  const { kernel, initrd } = await tinyGuest();
  await mkdir(boot, { recursive: true });
  for (const [from, to] of [
    [kernel, "vmlinuz"],
    [initrd, "initrd.img"],
  ] as const) {
    await copyFile(from, join(boot, to));
    await chmod(join(boot, to), 0o644);
  }
  terminal.say(`  ${boot}`);
}

interface Row {
  readonly name: string;
  readonly state: string;
  readonly ip: string;
}

async function look(): Promise<readonly Row[]> {
  return await withLibvirt(uri, (connection) =>
    Promise.all(
      guests.map(async (name) => {
        const domain = await connection.domains.lookupByName(name);
        const [{ state }, interfaces] = await Promise.all([
          connection.domains.state(domain),
          connection.domains.devices.interfaceAddresses(domain, "lease"),
        ]);
        const address = interfaces.flatMap((one) => one.addresses).find((one) => one.type === "ipv4");
        return { name, state, ip: address?.address ?? "-" };
      }),
    ),
  );
}

/** The guest's server may need a moment longer than its DHCP lease. */
async function fetchPage(ip: string): Promise<string> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(`http://${ip}/`, { signal: AbortSignal.timeout(3000) });
      return await response.text();
    } catch (cause) {
      if (Date.now() > until)
        throw new CdkvmError({
          code: "CDKVM_DEMO",
          doing: `fetch http://${ip}/`,
          problem: messageOf(cause),
          likely: "the guest has not booted",
          fix: "look at its console: npx cdkvm console web1 -c qemu:///system",
          cause,
        });
      await delay(500);
    }
  }
}

async function up(): Promise<void> {
  const acceleration = await prepareHost();
  await prepareEngine();
  await prepareGuest();
  const env = { ...environment(), CDKVM_ACCELERATION: acceleration };
  step("cdkvm apply");
  await mustRun(["apply", "--auto-approve"], env);
  step("The guests");
  const rows = await look();
  terminal.table(
    ["guest", "state", "ip", "console"],
    rows.map(({ name, state, ip }) => [name, state, ip, `virsh -c ${uri} console ${name}`]),
  );
  const web = rows.find((one) => one.name === "web1");
  if (!web || web.ip === "-")
    throw new CdkvmError({
      code: "CDKVM_DEMO",
      doing: "find web1's address",
      problem: "it has no DHCP lease",
      fix: `virsh -c ${uri} net-dhcp-leases homelab`,
    });
  step(`http://${web.ip}/`);
  terminal.say((await fetchPage(web.ip)).trimEnd());
  step("cdkvm plan, again");
  await mustRun(["plan"], env);
  terminal.say(`\nRemove all of it: npm run demo -- --destroy`);
}

async function down(): Promise<void> {
  await startLibvirtd({ log: (line) => terminal.say(`  ${line}`) });
  step("cdkvm destroy");
  await mustRun(["destroy", "--auto-approve"], environment());
  const left = (await readdir(example)).filter((name) => name === "cdktf.out" || name.startsWith("terraform."));
  await Promise.all([boot, ...left.map((name) => join(example, name))].map((path) => rm(path, { recursive: true, force: true })));
}

try {
  await (options.destroy ? down() : up());
} catch (error) {
  console.error(error instanceof CdkvmError ? `error: ${error.explain()}` : error);
  process.exitCode = 1;
}
