import { CdkvmError } from "../model/errors.ts";
import type { PolicyResult, Severity, Verdict } from "../review/policy-schema.ts";
import { ruleFailed } from "./errors.ts";
import { concerns } from "./patterns.ts";
import type { Breach, Found, Rule, RuleContext } from "./rule.ts";
import type { StackSubject } from "./subject.ts";
import { judgeWaivers, type Waiver } from "./waivers.ts";

/** A rule that is on. */
export interface Enforced {
  readonly rule: Rule;
  readonly severity: Severity;
  /** As the rule's schema parsed them. */
  readonly options: unknown;
  /** Exempt addresses and names; `*` matches any run of characters. */
  readonly allow: readonly string[];
}

export interface Policy {
  readonly rules: readonly Enforced[];
  readonly waivers: readonly Waiver[];
}

const ORDER: readonly Verdict["severity"][] = ["error", "warning", "waived"];

/** Applies a policy to the plans of one run. @throws CdkvmError if a rule's own function fails */
export function evaluate(stacks: readonly StackSubject[], policy: Policy, context: RuleContext): PolicyResult {
  const found = policy.rules.map((enforced) => ({ enforced, all: run(enforced, stacks, context) }));
  const broken = found.flatMap(({ enforced, all }) => all.filter(isBreach).map((breach) => verdictOf(enforced, breach)));
  const { verdicts, unused } = judgeWaivers(broken, policy.waivers, stacks, context.now);
  return {
    verdicts: verdicts.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
    skipped: found.flatMap(({ enforced, all }) =>
      [...new Set(all.flatMap((one) => ("skipped" in one ? [one.skipped] : [])))].map((what) => ({ rule: enforced.rule.name, what })),
    ),
    unusedWaivers: unused.map(({ rule, match, line }) => ({ rule, match, line })),
  };
}

function run({ rule, options, allow }: Enforced, stacks: readonly StackSubject[], context: RuleContext): readonly Found[] {
  try {
    return rule.check(stacks, options, context).filter((one) => !isBreach(one) || !concerns(allow, one));
  } catch (error) {
    throw error instanceof CdkvmError ? error : ruleFailed(rule.name, error);
  }
}

const isBreach = (found: Found): found is Breach => !("skipped" in found);

const verdictOf = ({ rule, severity }: Enforced, { stack, resource, name, message, severity: weaker }: Breach): Verdict => ({
  rule: rule.name,
  severity: weaker ?? severity,
  ...(stack !== undefined && { stack }),
  resource,
  name,
  message,
  fix: rule.fix,
});
