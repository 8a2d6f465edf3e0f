import { evaluate, type Rule, type StackSubject } from "../policy/index.ts";
import type { PolicyResult } from "../review/index.ts";

export interface VerdictOptions {
  /** Of the rule. @default its own */
  readonly options?: object;
  /** When the plans are applied. @default now */
  readonly now?: Date;
}

/** What one rule says about plans, as an error whatever its severity. For tests of own rules: `verdictsOf(rule, planOf(lab))`. */
export function verdictsOf(
  rule: Rule,
  plans: readonly StackSubject[],
  { options = {}, now = new Date() }: VerdictOptions = {},
): PolicyResult {
  const enforced = { rule, severity: "error" as const, options: rule.options?.parse(options), allow: [] };
  return evaluate(plans, { rules: [enforced], waivers: [] }, { now, stage: "apply" });
}
