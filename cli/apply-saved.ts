import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Origin, originOf, originOfPlan } from "../engine/index.ts";
import { review } from "../review/index.ts";
import { applyPlan, type ApplyPlanOptions } from "./apply-stacks.ts";
import { noStackForPlan, wrongPlan } from "./errors.ts";
import type { PlannedStack } from "./plan-stacks.ts";
import { applyProgress } from "./progress.ts";
import { savedPlan } from "./read-plans.ts";
import { openEngine, type Session } from "./session.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";
import { inOrder } from "./synthesize.ts";
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

/** Applies a saved plan unchanged. */
export async function applySaved<T>(
  terminal: Terminal,
  run: StackRun<T>,
  plan: string,
  options: Omit<ApplyPlanOptions, "events">,
  finish: (plan: Pick<PlannedStack, "stack" | "engine" | "review">) => Promise<T>,
): Promise<void> {
  for (const group of inOrder(run.stacks)) {
    const progress = applyProgress(
      terminal,
      group.map(({ name }) => name),
      run.several,
    );
    try {
      await run.each(group, async (stack) => {
        const path = resolve(plan);
        await requireOrigin(stack, path);
        const engine = await openEngine(stack, terminal, { abort: run.signal, lockTimeout: options.lockTimeout });
        const planned = { stack, engine, review: review(await savedPlan(path, () => engine)) };
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
