import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { timed, type Times } from "./times.ts";

/** Times of `node fleet.ts`: the whole process, loading cdkvm, and synth alone (constructs, references, files). */
export interface SynthTimes {
  readonly process: Times;
  readonly load: Times;
  readonly synth: Times;
}

export const synthTimes = (): SynthTimes => ({ process: [], load: [], synth: [] });

/** Runs the fleet's program as a user would. @returns the folder of its stack */
export async function synthesize(guests: number, uri: string, outdir: string, times: SynthTimes): Promise<string> {
  await mkdir(outdir, { recursive: true });
  const program = join(import.meta.dirname, "fleet.ts");
  const { stdout } = await timed(times.process, () =>
    promisify(execFile)(process.execPath, [program, String(guests), uri, outdir], { cwd: outdir }),
  );
  const { load, synth } = JSON.parse(stdout) as { load: number; synth: number };
  times.load.push(load);
  times.synth.push(synth);
  return join(outdir, "stacks/bench");
}
