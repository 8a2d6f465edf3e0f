import type { HostFacts } from "../model/host-facts.ts";
import type { Facts, StackSubject } from "../policy/index.ts";
import type { Review } from "../review/index.ts";
import { judge, type OpenPolicy, tellVerdicts } from "./policy.ts";
import { PolicyRefusal } from "./policy-refusal.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";

/** A plan that is about to be applied. */
export interface PlanAtGate {
  readonly stack: Stack;
  readonly review: Review;
  /** Undefined without a policy. */
  readonly facts: Facts | undefined;
  readonly host?: HostFacts | undefined;
}

/** Judges what a run is about to apply, right before it does, and refuses what the policy forbids. */
export class PolicyGate {
  readonly #policy: OpenPolicy | undefined;
  readonly #run: StackRun<unknown>;
  /** What the run has applied so far, by stack: rules about all stacks count it. */
  readonly #passed = new Map<string, StackSubject>();
  readonly #told = new Set<string>();

  constructor(policy: OpenPolicy | undefined, run: StackRun<unknown>) {
    this.#policy = policy;
    this.#run = run;
  }

  /** Counts what is applied already. */
  pass(plans: readonly PlanAtGate[]): void {
    for (const plan of plans) this.#passed.set(plan.stack.name, subjectOf(plan));
  }

  /**
   * Prints the verdicts that it has not yet, and refuses the stacks that break a rule; all of them if several break it together.
   *
   * @returns the plans that may be applied, each review with its verdicts
   */
  judge<P extends PlanAtGate>(plans: readonly P[]): readonly P[] {
    if (this.#policy === undefined || plans.length === 0) return plans;
    const names = plans.map(({ stack }) => stack.name);
    for (const name of names) this.#passed.delete(name); // planned again
    const { reviews, result } = judge(this.#policy, [...plans.map(subjectOf), ...this.#passed.values()]);
    const verdicts = (result?.verdicts ?? []).filter(({ stack }) => stack === undefined || names.includes(stack));
    const untold = { verdicts: this.#untold(verdicts), skipped: this.#untold(result?.skipped ?? []) };
    tellVerdicts({ ...untold, unusedWaivers: [] }, this.#run.several); // a waiver may be for a stack that comes later
    const allowed = plans.flatMap((plan, index): P[] => {
      const { name } = plan.stack;
      const errors = verdicts.filter(({ severity, stack }) => severity === "error" && (stack === undefined || stack === name));
      if (errors.length === 0) return [{ ...plan, review: reviews[index] ?? plan.review }];
      this.#run.refuse(plan.stack, new PolicyRefusal(name, errors));
      return [];
    });
    this.pass(allowed);
    return allowed;
  }

  #untold<T extends object>(all: readonly T[]): T[] {
    const found = all.filter((one) => !this.#told.has(JSON.stringify(one)));
    for (const one of found) this.#told.add(JSON.stringify(one));
    return found;
  }
}

const subjectOf = ({ stack, ...plan }: PlanAtGate): StackSubject => ({
  stack: stack.name,
  review: plan.review,
  facts: plan.facts,
  host: plan.host,
  dependencies: stack.dependencies,
});
