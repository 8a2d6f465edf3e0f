/**
 * `npm run bench [-- 10 100 1000] [--all] [--quick] [--repeat N] [--parallelism N] [--json FILE]`: the cost of synth, plan, apply, a
 * plan without changes and destroy with the embedded provider on a real libvirtd, by each engine, compared with the lower bound.
 * See docs/performance.md.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findEngine, type FoundEngine, requireEngine } from "../../engine/index.ts";
import { startHost } from "../../test/hosts/host.ts";
import { canRunHosts } from "../../test/hosts/requirements.ts";
import { bundleProvider } from "../build-provider.ts";
import { whole } from "./arguments.ts";
import { libvirtTimes, measureLibvirt, removeAll, takeInventory } from "./libvirt-floor.ts";
import { measureStart } from "./provider-start.ts";
import { type Measured, nameOf, sizeLines, startLine, targetLines, targetsOf } from "./report.ts";
import { Stack, STEPS } from "./stack.ts";
import { synthesize, synthTimes } from "./synth.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: "boolean", default: false },
    /** Skips the engine's destroy, which takes longer than all other steps together. */
    quick: { type: "boolean", default: false },
    repeat: { type: "string" },
    parallelism: { type: "string" },
    json: { type: "string" },
  },
});
const sizes =
  positionals.length > 0 ? positionals.map((text) => whole("a number of guests", text)) : values.all ? [10, 100, 1000] : [10, 100];
const repeat = values.repeat === undefined ? undefined : whole("--repeat", values.repeat);
const parallelism = values.parallelism === undefined ? undefined : whole("--parallelism", values.parallelism);

const say = (...lines: string[]): void => void process.stdout.write(`${lines.join("\n")}\n`);

const possible = canRunHosts();
if (!possible.ok) throw new Error(`the benchmark needs a KVM host in namespaces: ${possible.reason}`);
const engines = await enginesHere();
const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, node ${process.version}, ${engines.map(nameOf).join(", ")}`;
say(machine);

const work = await mkdtemp(join(tmpdir(), "cdkvm-bench-"));
const cache = join(work, "compiled");
await mkdir(cache);
const bundles = {
  embedded: await bundleProvider("scripts/bench/provider-entry.ts", "dist/bench/provider.mjs"),
  floor: await bundleProvider("scripts/bench/null-provider.ts", "dist/bench/null-provider.mjs"),
};
const host = await startHost({ name: "bench" });
try {
  const measured: Measured[] = [];
  let start: Awaited<ReturnType<typeof measureStart>> | undefined;
  for (const guests of sizes)
    for (const engine of engines) {
      const one = await measureSize(engine, guests, repeat ?? (guests > 100 ? 1 : 3));
      start ??= await measureStart(join(work, engine.kind, `${guests}`, "embedded"), cache, work, 5);
      measured.push(one);
      say("", ...sizeLines(one));
    }
  if (start === undefined) throw new Error("no size was measured");
  say("", startLine(start));
  const synth1000 = measured.find(({ guests }) => guests === 1000)?.synth ?? synthTimes();
  while (synth1000.process.length < 3) await synthesize(1000, host.uri, join(work, "synth"), synth1000);
  const targets = targetsOf(measured, start, synth1000);
  say("", ...targetLines(targets));
  if (values.json !== undefined)
    await writeFile(values.json, JSON.stringify({ machine, measured, start, synth1000, targets }, undefined, 1));
} finally {
  await host.stop();
  await rm(work, { recursive: true, force: true });
}

/** The engine that cdkvm runs, and Terraform next to OpenTofu; CDKVM_ENGINE alone if it is set. */
async function enginesHere(): Promise<readonly FoundEngine[]> {
  const engine = await requireEngine();
  if (engine.from === "CDKVM_ENGINE" || engine.kind === "terraform") return [engine];
  const terraform = await findEngine({ ...process.env, CDKVM_ENGINE: "terraform" }).catch(() => undefined);
  return terraform === undefined ? [engine] : [engine, terraform];
}

/** Alternates between the embedded and the null provider, so that noise on the machine affects both. */
async function measureSize(engine: FoundEngine, guests: number, rounds: number): Promise<Measured> {
  const folder = join(work, engine.kind, String(guests));
  const synth = synthTimes();
  const from = await synthesize(guests, host.uri, join(folder, "synth"), synth);
  const embedded = await Stack.copy(from, join(folder, "embedded"), bundles.embedded, { engine, cache, parallelism });
  const floor = await Stack.copy(from, join(folder, "floor"), bundles.floor, { engine, cache, parallelism, isFloor: true });
  const libvirt = libvirtTimes();
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${nameOf(engine)}, ${guests} guests, round ${round + 1} of ${rounds}\n`);
    if (round > 0) await synthesize(guests, host.uri, join(folder, "synth"), synth);
    let inventory: Awaited<ReturnType<typeof takeInventory>> | undefined;
    for (const step of STEPS.filter((one) => one !== "destroy" || !values.quick)) {
      for (const stack of round % 2 === 0 ? [embedded, floor] : [floor, embedded]) await stack.run(step);
      if (step === "apply") inventory = await takeInventory(host.uri);
    }
    if (values.quick) await removeAll(host.uri);
    if (inventory !== undefined) await measureLibvirt(host.uri, inventory, libvirt);
  }
  return { engine, guests, synth, embedded: embedded.samples, floor: floor.samples, libvirt };
}
