import type { Engine } from "../engine/index.ts";
import { eachLimited, stacksAtOnce } from "./limit.ts";
import { type PlannedStack, planStacks, type PlanStacksOptions, showPlans, showWarnings } from "./plan-stacks.ts";
import { applyProgress } from "./progress.ts";
import type { Session } from "./session.ts";
import { inOrder, type Stack } from "./synthesize.ts";
import type { Terminal } from "./terminal.ts";

export interface ApplyStacksOptions extends PlanStacksOptions {
  readonly approve: boolean;
  readonly verbose: boolean;
  readonly question: string;
}

/**
 * Plans, asks once a group, and applies exactly what was shown. Stacks that depend on others are planned after those are
 * applied, because their values come from there.
 *
 * @returns what was applied, or undefined where the answer was no
 */
export async function applyStacks(
  session: Session,
  stacks: readonly Stack[],
  options: ApplyStacksOptions,
): Promise<readonly PlannedStack[] | undefined> {
  const { terminal } = session;
  const applied: PlannedStack[] = [];
  const groups = inOrder(stacks);
  for (const group of options.destroy ? groups.toReversed() : groups) {
    const plans = await planStacks(session, group, options);
    await showPlans(terminal, plans, options.verbose);
    const changing = plans.filter((one) => one.result.changes);
    if (changing.length > 0 && !options.approve && !(await terminal.confirm(options.question, "--auto-approve"))) return undefined;
    await eachLimited(changing, stacksAtOnce(), (plan) => applyPlan(terminal, plan, plan.result.file, options.parallelism));
    applied.push(...plans);
  }
  return applied;
}

/** Applies a saved plan of a stack, and shows it as it goes. */
export async function applyPlan(
  terminal: Terminal,
  { stack, engine }: { readonly stack: Stack; readonly engine: Engine },
  plan: string,
  parallelism: number | undefined,
): Promise<void> {
  const progress = applyProgress(terminal, stack.name);
  try {
    const { diagnostics } = await engine.apply({ plan, ...(parallelism !== undefined && { parallelism }), onEvent: progress.onEvent });
    progress.end();
    showWarnings(terminal, diagnostics);
  } finally {
    progress.end();
  }
}
