import type { Diagnostic } from "../engine/index.ts";
import { CdkvmError } from "../model/errors.ts";
import { showLosses } from "./losses.ts";
import type { RunEvents } from "./event-log.ts";
import type { OpenPolicy } from "./policy.ts";
import { PolicyGate } from "./policy-gate.ts";
import { type ApplyProgress, applyProgress } from "./progress.ts";
import { type PlannedStack, planStacks, type PlanStacksOptions, showPlans, showWarnings } from "./plan-stacks.ts";
import { warningsBeside } from "./show.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";
import { inOrder } from "./synthesize.ts";
import type { Terminal } from "./terminal.ts";

export interface ApplyPlanOptions extends Pick<PlanStacksOptions, "parallelism" | "lockTimeout"> {
  readonly events: RunEvents;
}

export interface ApplyStacksOptions extends PlanStacksOptions {
  readonly approve: boolean;
  readonly verbose: boolean;
  readonly question: string;
  /** @default no rule is applied */
  readonly policy: OpenPolicy | undefined;
}

/** How many times to plan a stack again when its state changes between plan and apply. */
const AGAIN = 3;

/**
 * Plans, applies the policy, asks once per group, and applies exactly what was shown and is allowed. Stacks that depend on others are planned after those are
 * applied, because they use their values.
 *
 * @param finish called for each stack after its apply, or when there is nothing to apply
 */
export async function applyStacks<T>(
  terminal: Terminal,
  run: StackRun<T>,
  options: ApplyStacksOptions,
  finish: (plan: PlannedStack) => Promise<T>,
): Promise<void> {
  const groups = inOrder(run.stacks);
  const gate = new PolicyGate(options.policy, run);
  for (const group of options.destroy ? groups.toReversed() : groups) {
    let waiting: readonly Stack[] = group;
    for (let again = AGAIN; waiting.length > 0; again--) {
      const planned = await planStacks(terminal, run, waiting, options);
      await showPlans(terminal, planned, options.verbose);
      let plans = gate.judge(planned);
      if (plans.some((one) => one.result.changes) && !options.approve && !run.signal.aborted) {
        showLosses(terminal, plans);
        if (!(await terminal.confirm(options.question, "--auto-approve", run.signal))) return run.decline();
        plans = gate.judge(plans); // a window may have closed meanwhile
      }
      waiting = await applyPlans(terminal, run, plans, { ...options, again: again > 0 }, finish);
    }
  }
}

/** @returns the stacks whose plan was stale and must be planned again */
async function applyPlans<T>(
  terminal: Terminal,
  run: StackRun<T>,
  plans: readonly PlannedStack[],
  options: Omit<ApplyPlanOptions, "events"> & { readonly again: boolean },
  finish: (plan: PlannedStack) => Promise<T>,
): Promise<readonly Stack[]> {
  const changing = plans.filter((one) => one.result.changes).map(({ stack }) => stack.name);
  const progress = changing.length > 0 ? applyProgress(terminal, changing, run.several) : undefined;
  const ofStack = new Map(plans.map((plan) => [plan.stack, plan]));
  const stale: Stack[] = [];
  try {
    await run.each([...ofStack.keys()], async (stack) => {
      const plan = ofStack.get(stack) as PlannedStack;
      try {
        if (plan.result.changes && progress)
          await applyPlan(terminal, progress, plan, plan.result.file, { ...options, events: run.events }, plan.result.diagnostics);
      } catch (error) {
        if (!options.again || !(error instanceof CdkvmError && error.code === "CDKVM_PLAN_STALE")) throw error;
        progress?.say(stack.name, "the state has changed since the plan; planning again");
        stale.push(stack);
        return;
      }
      run.done(stack, await finish(plan));
    });
  } finally {
    progress?.end();
  }
  return stale;
}

/**
 * Applies a saved plan of a stack and shows its progress.
 *
 * @param shown warnings that the plan has already shown: the engine plans each resource again before applying it. What the plan's review
 * says, such as restarts, is not told again either.
 */
export async function applyPlan(
  terminal: Terminal,
  progress: ApplyProgress,
  { stack, engine, review }: Pick<PlannedStack, "stack" | "engine" | "review">,
  plan: string,
  options: ApplyPlanOptions,
  shown: readonly Diagnostic[] = [],
): Promise<void> {
  options.events.stackStarted(stack);
  const { diagnostics } = await engine.apply({
    plan,
    lockTimeout: options.lockTimeout,
    ...(options.parallelism !== undefined && { parallelism: options.parallelism }),
    onEvent: (event) => {
      progress.onEvent(stack.name, event);
      options.events.resource(stack, event);
    },
  });
  showWarnings(
    terminal,
    warningsBeside(review, diagnostics).filter(({ summary }) => summary !== LIMITED && !shown.some((one) => one.summary === summary)),
  );
}

/** What every engine says of a limited plan, long after its user has chosen the limits, and with its own commands. */
const LIMITED = "Applied changes may be incomplete";
