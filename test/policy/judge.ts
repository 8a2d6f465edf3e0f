import type { Plan } from "../../engine/plan.ts";
import type { HostFacts } from "../../model/host-facts.ts";
import { builtInRules, evaluate, factsOf, type Rule, type StackSubject } from "../../policy/index.ts";
import { type PolicyResult, review, type Verdict } from "../../review/index.ts";

export const ruleNamed = (name: string): Rule => {
  const rule = builtInRules.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
};

export interface Judging {
  readonly options?: object;
  readonly allow?: readonly string[];
  readonly now?: Date;
  readonly stage?: "plan" | "apply";
  /** What the host of each stack has; for plans by stack. */
  readonly host?: HostFacts;
}

/** The subject that a plan is to rules. */
export const subjectOf = (plan: Plan, stack?: string, host?: HostFacts): StackSubject => ({
  stack,
  review: review(plan),
  facts: factsOf(plan),
  host,
});

/** What one rule says about the plans of one run, each of a stack. */
export function judged(rule: Rule | string, plans: Plan | Readonly<Record<string, Plan>>, judging: Judging = {}): PolicyResult {
  const chosen = typeof rule === "string" ? ruleNamed(rule) : rule;
  const stacks =
    "resourceChanges" in plans
      ? [subjectOf(plans as Plan)]
      : Object.entries(plans).map(([stack, plan]) => subjectOf(plan, stack, judging.host));
  const options = chosen.options?.parse(judging.options ?? {});
  return evaluate(
    stacks,
    { rules: [{ rule: chosen, severity: "error", options, allow: judging.allow ?? [] }], waivers: [] },
    { now: judging.now ?? new Date(), stage: judging.stage ?? "apply" },
  );
}

export const messages = ({ verdicts }: { readonly verdicts: readonly Verdict[] }): string[] => verdicts.map(({ message }) => message);
