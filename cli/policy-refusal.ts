import { CdkvmError } from "../model/errors.ts";
import type { Verdict } from "../review/index.ts";

/** A plan that is not applied, because it breaks the policy. */
export class PolicyRefusal extends CdkvmError {
  readonly verdicts: readonly Verdict[];

  /** @param verdicts of severity error, at least one */
  constructor(stack: string, verdicts: readonly Verdict[]) {
    const rules = [...new Set(verdicts.map(({ rule }) => rule))];
    super({
      code: "CDKVM_POLICY_REFUSED",
      doing: `apply the policy to ${stack}`,
      problem: `its plan breaks the policy (${rules.join(", ")}); nothing of it was changed`,
      fix: "do what the verdicts above say, or agree on a waiver: docs/guide/policy.md",
    });
    this.verdicts = verdicts;
  }
}
