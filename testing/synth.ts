import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { fleetStacks, loadFleet } from "../fleet/stacks.ts";
import type { JsonRecord } from "../model/records.ts";
import { App } from "../stacks/app.ts";
import { programFailed, unknownStack } from "./errors.ts";

/** One synthesized stack. */
export interface SynthesizedStack {
  readonly name: string;
  /** What its `cdk.tf.json` says. */
  readonly configuration: JsonRecord;
}

/** What a program or a fleet file synthesizes. Nothing stays on disk. */
export class Synthesized {
  readonly stacks: readonly SynthesizedStack[];

  constructor(stacks: readonly SynthesizedStack[]) {
    this.stacks = stacks;
  }

  /** Some of the stacks. @throws CdkvmError CDKVM_TEST_STACK */
  only(...names: readonly string[]): Synthesized {
    return new Synthesized(
      names.map((name) => {
        const found = this.stacks.find((one) => one.name === name);
        if (found) return found;
        throw unknownStack(
          name,
          this.stacks.map((one) => one.name),
        );
      }),
    );
  }
}

/**
 * Synthesizes what a function adds to an app.
 *
 * ```ts
 * const lab = await synth((app) => {
 *   const host = new HostStack(app, "homelab");
 *   new VM(host, "web1", { memory: "4 GiB" });
 * });
 * ```
 */
export async function synth(build: (app: App) => unknown): Promise<Synthesized> {
  return inFolder(async (outdir) => {
    const app = new App({ outdir });
    await build(app);
    app.synth();
    return readStacks(outdir);
  });
}

/** Synthesizes a fleet file, with the lock file next to it. @throws FleetFileError with all its problems */
export async function synthFleet(path: string): Promise<Synthesized> {
  const fleet = await loadFleet(resolve(path));
  return synth((app) => fleetStacks(app, fleet));
}

/**
 * Runs a program that makes its own App, in its folder, and reads what it synthesizes.
 *
 * @param env more of the environment
 * @throws CdkvmError CDKVM_TEST_PROGRAM with what it prints to standard error
 */
export async function synthProgram(path: string, env: Readonly<Record<string, string>> = {}): Promise<Synthesized> {
  return inFolder(async (outdir) => {
    const program = resolve(path);
    await promisify(execFile)(process.execPath, [program], {
      cwd: dirname(program),
      env: { ...process.env, ...env, CDKTF_OUTDIR: outdir },
    }).catch((cause: unknown) => {
      throw programFailed(path, cause);
    });
    return readStacks(outdir);
  });
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cdkvm-testing-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readStacks(outdir: string): Promise<Synthesized> {
  const json = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(outdir, path), "utf8"));
  const { stacks } = (await json("manifest.json")) as { stacks: Readonly<Record<string, { readonly synthesizedStackPath: string }>> };
  return new Synthesized(
    await Promise.all(
      Object.entries(stacks).map(async ([name, { synthesizedStackPath }]) => ({
        name,
        configuration: (await json(synthesizedStackPath)) as JsonRecord,
      })),
    ),
  );
}
