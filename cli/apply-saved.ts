import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Origin, originOf, originOfPlan } from "../engine/index.ts";
import { applyPlan, type ApplyPlanOptions } from "./apply-stacks.ts";
import { noStackForPlan, wrongPlan } from "./errors.ts";
import { applyProgress } from "./progress.ts";
import { type OpenPolicy } from "./policy.ts";
import { PolicyGate } from "./policy-gate.ts";
import { planToApply, type PlanToApply } from "./read-plans.ts";
import { openEngine, type Session } from "./session.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";
import type { Terminal } from "./terminal.ts";
import { severalStacksForPlan } from "./usage-errors.ts";

const originHere = async ({ folder }: Stack): Promise<Origin> => originOf(await readFile(join(folder, "cdk.tf.json"), "utf8"));

/** The stack of a saved plan: the named one, else its own. */
export async function stacksOfPlan({ all, stacks }: Session, plan: string): Promise<readonly Stack[]> {
  if (stacks.length === 1) return stacks;
  if (stacks.length < all.length) throw severalStacksForPlan(stacks.length);
  const made = await originOfPlan(resolve(plan));
  const origins = await Promise.all(all.map(originHere));
  const own = all.filter((_, index) => origins[index]?.stack === made.stack);
  if (own.length === 1) return own;
  throw noStackForPlan(
    plan,
    made.stack,
    all.map(({ name }) => name),
  );
}

/** Applies a saved plan unchanged, if the policy allows it. */
export async function applySaved<T>(
  terminal: Terminal,
  run: StackRun<T>,
  plan: string,
  { policy, ...options }: Omit<ApplyPlanOptions, "events"> & { readonly policy: OpenPolicy | undefined },
  finish: (plan: PlanToApply) => Promise<T>,
): Promise<void> {
  const path = resolve(plan);
  const read = await run.each(run.stacks, async (stack) => {
    await requireOrigin(stack, path);
    const engine = await openEngine(stack, terminal, { abort: run.signal, lockTimeout: options.lockTimeout });
    return await planToApply(stack, engine, path, policy);
  });
  for (const planned of new PolicyGate(policy, run).judge(read)) {
    const { stack } = planned;
    const progress = applyProgress(terminal, [stack.name], run.several);
    try {
      await run.each([stack], async () => {
        await applyPlan(terminal, progress, planned, path, { ...options, events: run.events });
        run.done(stack, await finish(planned));
      });
    } finally {
      progress.end();
    }
  }
}

/** Rejects a plan made for another stack, state or host. */
async function requireOrigin(stack: Stack, path: string): Promise<void> {
  const made = await originOfPlan(path);
  const here = await originHere(stack);
  const differs = (["stack", "hosts", "backend"] as const).find((part) => made[part] !== here[part]);
  if (differs !== undefined) throw wrongPlan(path, stack.name, differs, made, here);
}
