import { existsSync, readFileSync } from "node:fs";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { endProviders, Engine, type FoundEngine } from "../../engine/index.ts";
import { writeLauncher } from "../../stacks/launcher.ts";
import { timed, type Times } from "./times.ts";
import { USAGE_FILE, type Usage } from "./usage.ts";

export const STEPS = ["init", "plan", "apply", "no change", "destroy"] as const;
export type Step = (typeof STEPS)[number];

/** One measured command. */
export interface Sample {
  readonly wall: Times;
  /** CPU time of the engine and its provider processes, which is independent of the machine's load. */
  readonly cpu: Times;
  /** Provider processes of the last run: an engine starts several. */
  processes: readonly Usage[];
}

export interface StackOptions {
  readonly engine: FoundEngine;
  /** Node's compile cache. */
  readonly cache: string;
  readonly parallelism: number | undefined;
  /** The lower bound: the engine starts the provider itself, which serves all attributes. */
  readonly isFloor?: true;
}

/** A stack's folder with one provider, and the samples of each command. */
export class Stack {
  readonly folder: string;
  readonly samples: Readonly<Record<Step, Sample>>;
  readonly #engine: Engine;
  readonly #parallelism: { readonly parallelism?: number };
  readonly #usage: string;

  private constructor(folder: string, engine: Engine, usage: string, parallelism: number | undefined) {
    this.folder = folder;
    this.#engine = engine;
    this.#usage = usage;
    this.#parallelism = parallelism === undefined ? {} : { parallelism };
    this.samples = Object.fromEntries(STEPS.map((step) => [step, { wall: [], cpu: [], processes: [] }])) as unknown as Record<Step, Sample>;
  }

  /** Copies the synthesized folder, with another provider behind the same launcher and its own state. */
  static async copy(from: string, to: string, bundle: string, { engine, cache, parallelism, isFloor }: StackOptions): Promise<Stack> {
    await cp(from, to, { recursive: true });
    const file = join(to, "cdk.tf.json");
    const configuration = JSON.parse(await readFile(file, "utf8")) as { terraform: Record<string, unknown> };
    configuration.terraform["backend"] = { local: { path: "terraform.tfstate" } };
    await writeFile(file, JSON.stringify(configuration, undefined, 2));
    writeLauncher(to, { bundle });
    const usage = join(to, "usage");
    const env = {
      ...process.env,
      CDKVM_REVIEWED: "1",
      NODE_COMPILE_CACHE: cache,
      [USAGE_FILE]: usage,
      ...(isFloor && { CDKVM_SCHEMA: "full", TF_REATTACH_PROVIDERS: "{}" }),
    };
    return new Stack(to, new Engine(engine, to, { env }), usage, parallelism);
  }

  async run(step: Step): Promise<void> {
    const engine = this.#engine;
    const sample = this.samples[step];
    const options = this.#parallelism;
    await rm(this.#usage, { force: true });
    const before = childrenCpu();
    switch (step) {
      case "init":
        await timed(sample.wall, () => engine.init({ force: true }));
        break;
      case "plan":
        expectChanges(true, await timed(sample.wall, () => engine.plan({ ...options, out: "plan" })));
        break;
      case "apply":
        await timed(sample.wall, () => engine.apply({ ...options, plan: "plan" }));
        break;
      case "no change":
        expectChanges(false, await timed(sample.wall, () => engine.plan(options)));
        break;
      case "destroy":
        await timed(sample.wall, async () => {
          const { file } = await engine.plan({ ...options, destroy: true });
          await engine.apply({ ...options, plan: file });
        });
    }
    await endProviders();
    sample.cpu.push(childrenCpu() - before);
    sample.processes = existsSync(this.#usage) ? (await readFile(this.#usage, "utf8")).trimEnd().split("\n").map(parseUsage) : [];
  }
}

/** CPU of all processes that this process or a child has waited for; milliseconds. */
function childrenCpu(): number {
  const [, after = ""] = readFileSync("/proc/self/stat", "utf8").split(") ");
  const [user, system] = after.split(" ").slice(13, 15).map(Number);
  return ((user ?? NaN) + (system ?? NaN)) * (1000 / TICKS_A_SECOND);
}

/** `sysconf(_SC_CLK_TCK)`, the same on every Linux. */
const TICKS_A_SECOND = 100;

const parseUsage = (line: string): Usage => JSON.parse(line) as Usage;

function expectChanges(expected: boolean, { changes }: { readonly changes: boolean }): void {
  if (changes !== expected) throw new Error(expected ? "the first plan has no changes" : "the plan after apply has changes");
}
