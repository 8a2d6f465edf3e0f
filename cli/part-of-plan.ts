import { join, resolve } from "node:path";
import type { Engine } from "../engine/index.ts";
import { type PlanManifest, type PlannedStackEntry, planCutOff, restOf } from "../plans/index.ts";
import type { HostFacts } from "../model/host-facts.ts";
import { type Effect, judgePlan, review, reviewOf } from "../review/index.ts";
import { planKnowingOwners } from "./plan-stacks.ts";
import type { OpenPolicy } from "./policy.ts";
import { type PlanToApply, readSavedPlan } from "./read-plans.ts";
import type { Stack } from "./stack.ts";

export interface PartOptions {
  readonly folder: string;
  readonly manifest: PlanManifest;
  readonly lockTimeout: number;
  /** Addresses, if only these and what they need is wanted. @default all that the plan is of */
  readonly only: readonly string[] | undefined;
  readonly policy: OpenPolicy | undefined;
  /** What is known of the stack's host. */
  readonly host: HostFacts | undefined;
}

/** A part of a plan. */
export interface PartOfPlan extends PlanToApply {
  /** The saved plan of the rest. */
  readonly file: string;
  /** Whether there is anything left, if only to record what is done. */
  readonly changes: boolean;
}

/**
 * Plans a part of a plan: what is left after an apply that did not end, or what concerns some guests. It needs no approval of its own, because it
 * does nothing that the plan does not do.
 *
 * @throws CdkvmError CDKVM_PLAN_CUT_OFF if it would, or if that cannot be known
 */
export async function planPart(
  stack: Stack,
  engine: Engine,
  planned: PlannedStackEntry,
  { folder, manifest, lockTimeout, only, policy, host }: PartOptions,
): Promise<PartOfPlan> {
  const approved = await readSavedPlan(join(resolve(folder), planned.file), engine);
  // what was replaced on request, and what not yet, no plan can tell
  const onRequest = approved.resourceChanges.filter(({ action_reason: reason }) => reason === "replace_by_request");
  if (onRequest.length > 0)
    throw planCutOff(
      folder,
      stack.name,
      onRequest.map(({ address }) => address),
    );
  const targets = only ?? planned.targets;
  const { file, changes } = await planKnowingOwners(engine, {
    lockTimeout,
    ...(manifest.parallelism !== undefined && { parallelism: manifest.parallelism }),
    ...(manifest.mode === "destroy" && { destroy: true }),
    ...(manifest.mode === "refresh-only" && { refreshOnly: true }),
    ...(targets && { targets }),
  });
  const plan = await engine.show(file);
  const judged = judgePlan(plan);
  const now = reviewOf(plan, judged);
  const before = new Map(review(approved).changes.map(({ address, effect }) => [address, effect]));
  const worse = now.changes.filter(({ address, effect }) => !isWithin(effect, before.get(address))).map(({ address }) => address);
  const beyond = new Set([...restOf(approved, plan).beyond, ...worse]);
  if (beyond.size > 0) throw planCutOff(folder, stack.name, [...beyond]);
  const rest = { stack, engine, review: now, facts: policy?.factsOf(plan, judged), ...(host && { host }) };
  if (changes || now.counts.drifted === 0) return { ...rest, file, changes };
  // all is done, and the state does not say so yet
  const recorded = await engine.plan({ lockTimeout, refreshOnly: true });
  return { ...rest, file: recorded.file, changes: recorded.changes };
}

/** Effects that interrupt nothing: a part of any other. */
const HARMLESS: ReadonlySet<Effect> = new Set(["none", "recorded", "live", "start"]);

const isWithin = (effect: Effect, approved: Effect | undefined): boolean =>
  effect === "none" ||
  (approved !== undefined && approved !== "none" && (effect === approved || approved === "replace" || HARMLESS.has(effect)));
