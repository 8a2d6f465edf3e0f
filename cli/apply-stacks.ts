import { type ApplyProgress, applyProgress } from "./progress.ts";
import { type PlannedStack, planStacks, type PlanStacksOptions, showPlans, showWarnings } from "./plan-stacks.ts";
import type { StackRun } from "./stack-run.ts";
import { inOrder } from "./synthesize.ts";
import type { Terminal } from "./terminal.ts";

export type ApplyPlanOptions = Pick<PlanStacksOptions, "parallelism" | "lockTimeout">;

export interface ApplyStacksOptions extends PlanStacksOptions {
  readonly approve: boolean;
  readonly verbose: boolean;
  readonly question: string;
}

/**
 * Plans, asks once a group, and applies exactly what was shown. Stacks that depend on others are planned after those are
 * applied, because their values come from there.
 *
 * @param finish what is done with a stack after its apply, or where there was nothing to apply
 */
export async function applyStacks<T>(
  terminal: Terminal,
  run: StackRun<T>,
  options: ApplyStacksOptions,
  finish: (plan: PlannedStack) => Promise<T>,
): Promise<void> {
  const groups = inOrder(run.stacks);
  for (const group of options.destroy ? groups.toReversed() : groups) {
    const plans = await planStacks(terminal, run, group, options);
    await showPlans(terminal, plans, options.verbose);
    const changing = plans.filter((one) => one.result.changes);
    if (changing.length > 0 && !options.approve && !run.signal.aborted) {
      if (!(await terminal.confirm(options.question, "--auto-approve", run.signal))) return run.decline();
    }
    const ofStack = new Map(plans.map((plan) => [plan.stack, plan]));
    const names = changing.map(({ stack }) => stack.name);
    const progress = names.length > 0 ? applyProgress(terminal, names) : undefined;
    try {
      await run.each([...ofStack.keys()], async (stack) => {
        const plan = ofStack.get(stack) as PlannedStack;
        if (plan.result.changes && progress) await applyPlan(terminal, progress, plan, plan.result.file, options);
        run.done(stack, await finish(plan));
      });
    } finally {
      progress?.end();
    }
  }
}

/** Applies a saved plan of a stack, and shows it as it goes. */
export async function applyPlan(
  terminal: Terminal,
  progress: ApplyProgress,
  { stack, engine }: Pick<PlannedStack, "stack" | "engine">,
  plan: string,
  options: ApplyPlanOptions,
): Promise<void> {
  const { diagnostics } = await engine.apply({
    plan,
    lockTimeout: options.lockTimeout,
    ...(options.parallelism !== undefined && { parallelism: options.parallelism }),
    onEvent: (event) => progress.onEvent(stack.name, event),
  });
  showWarnings(terminal, diagnostics);
}
