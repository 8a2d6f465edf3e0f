import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { notesIn } from "../engine/index.ts";
import type { PlannedStackEntry, Standing } from "../plans/index.ts";
import { type PartOptions, planPart } from "./part-of-plan.ts";
import { hostAt, planToApply, type PlanToApply } from "./read-plans.ts";
import { openEngine, type OpenEngineOptions } from "./session.ts";
import type { Stack } from "./stack.ts";
import type { Terminal } from "./terminal.ts";

export interface PrepareOptions extends Pick<OpenEngineOptions, "abort" | "destroy">, Omit<PartOptions, "host"> {}

export interface Applicable {
  readonly plan: PlanToApply;
  /** The saved plan; undefined if nothing is left to do. */
  readonly file: string | undefined;
  readonly standing: Standing;
}

/** A plan that can be applied, or why that stack's cannot. */
export type Prepared = Applicable | { readonly error: unknown };

/** Reads a stack's plan; plans what is left of it, or a part of it, if that is what is to be applied. Never throws. */
export async function preparePlan(
  stack: Stack,
  planned: PlannedStackEntry,
  standing: Standing,
  terminal: Terminal,
  { abort, destroy, ...options }: PrepareOptions,
): Promise<Prepared> {
  const { folder, manifest, only, policy, lockTimeout } = options;
  const file = join(resolve(folder), planned.file);
  const host = hostAt(planned.hosts, manifest.hosts);
  const isPart = standing !== "applied" && (standing === "cut off" || only !== undefined);
  try {
    const allowInUse = isPart && usesIn(await readFile(file)); // what the plan allowed, its parts may do
    const engine = await openEngine(stack, terminal, {
      lockTimeout,
      ...(abort && { abort }),
      ...(destroy && { destroy }),
      ...(allowInUse && { allowInUse }),
    });
    if (!isPart) return { plan: await planToApply(stack, engine, file, policy, host), file, standing };
    const part = await planPart(stack, engine, planned, { ...options, host });
    return { plan: part, file: part.changes ? part.file : undefined, standing };
  } catch (error) {
    return { error };
  }
}

/** Whether the plan removes what others use. */
const usesIn = (plan: Uint8Array): boolean => Object.keys(notesIn(plan).inUse).length > 0;
