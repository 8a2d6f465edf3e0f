/**
 * `npm run bench:hosts [-- --hosts 1,5,10] [--guests 500]`: how plan, apply and a plan without changes scale with the number
 * of hosts, each with its own libvirtd and stack. Uses cdkvm's own commands, which process several stacks at a time.
 * See docs/performance.md.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { type Host, startHost } from "../../test/hosts/host.ts";
import { canRunHosts } from "../../test/hosts/requirements.ts";
import { whole } from "./arguments.ts";

const { values } = parseArgs({ options: { hosts: { type: "string", default: "1,5,10" }, guests: { type: "string", default: "500" } } });
const root = join(import.meta.dirname, "../..");
const counts = values.hosts.split(",").map((text) => whole("--hosts", text));
const guests = whole("--guests", values.guests);
const STEPS = ["plan", "apply --auto-approve", "plan --detailed-exitcode", "destroy --auto-approve"] as const;

const possible = canRunHosts();
if (!possible.ok) throw new Error(`the benchmark needs KVM hosts in namespaces: ${possible.reason}`);
process.stdout.write(`hosts  resources  ${STEPS.map((step) => `${step}, s (a host)`).join("  ")}\n`);
for (const count of counts) {
  const seconds = await measure(count);
  const cells = seconds.map((one) => `${one.toFixed(1)} (${(one / count).toFixed(1)})`);
  process.stdout.write(`${count}  ${count * (2 * guests + 2)}  ${cells.join("  ")}\n`);
}

/** Seconds per step; the second plan fails if anything changes. */
async function measure(count: number): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), "cdkvm-bench-"));
  const hosts: Host[] = [];
  try {
    for (let number = 1; number <= count; number++) hosts.push(await startHost({ name: `bench${number}` }));
    const uris = hosts.map(({ uri }) => uri).join(",");
    const app = `${process.execPath} ${join(import.meta.dirname, "fleet.ts")} ${guests} '${uris}'`;
    await writeFile(join(folder, "cdktf.json"), JSON.stringify({ language: "typescript", app }));
    const seconds: number[] = [];
    for (const step of STEPS) {
      const started = performance.now();
      await promisify(execFile)(process.execPath, [join(root, "cli/main.ts"), ...step.split(" ")], {
        cwd: folder,
        maxBuffer: 1 << 30,
      });
      seconds.push((performance.now() - started) / 1000);
    }
    return seconds;
  } finally {
    await Promise.all(hosts.map((host) => host.stop()));
    await rm(folder, { recursive: true, force: true });
  }
}
