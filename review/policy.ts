import { CdkvmError } from "../model/errors.ts";
import type { Review, ReviewedChange } from "./schema.ts";

export type Severity = "error" | "warning";

/** One thing that a plan must not do, as data: `when` decides, `doc` explains why it matters. */
export interface Rule {
  /** Stable: the name after `--fail-on` and in exceptions. */
  readonly name: string;
  readonly doc: string;
  /** The message about a change that breaks the rule; `undefined` if the change complies. */
  readonly when: (change: ReviewedChange) => string | undefined;
}

export interface Verdict {
  readonly rule: string;
  readonly severity: Severity;
  /** The address of the resource. */
  readonly resource: string;
  readonly message: string;
}

/** One active rule. */
export interface Enforced {
  readonly rule: Rule;
  /** @default "error" */
  readonly severity?: Severity;
  /** Exempt addresses and names; `*` matches any run of characters. */
  readonly allow?: readonly string[];
}

export const noDataLoss: Rule = {
  name: "data-loss",
  doc: "No volume, pool or guest is deleted or replaced with its data.",
  when: (change) => change.destroysData,
};

export const noRestart: Rule = {
  name: "restart",
  doc: "No running guest, network or pool is restarted or stopped.",
  when: (change) => (change.effect === "restart" || change.effect === "stop" ? change.interrupts : undefined),
};

export const noNetworkLoss: Rule = {
  name: "network-loss",
  doc: "No running guest is cut off from a network that it is on: its interface detached or down, its network deleted, replaced or stopped.",
  when: (change) => change.losesNetwork,
};

export const noReplace: Rule = {
  name: "replace",
  doc: "Nothing is replaced except what the configuration alone recreates, such as cloud-init disks.",
  when: (change) => (change.effect === "replace" && change.disposable !== true ? `${change.noun} ${change.name} is replaced` : undefined),
};

export const noDelete: Rule = {
  name: "delete",
  doc: "Nothing is deleted except what the configuration alone recreates.",
  when: (change) => (change.effect === "delete" && change.disposable !== true ? `${change.noun} ${change.name} is deleted` : undefined),
};

export const rules: readonly Rule[] = [noDataLoss, noRestart, noNetworkLoss, noReplace, noDelete];

/** The rules that a `--fail-on` names: `data-loss,restart,replace`. */
export function rulesOf(names: string): readonly Rule[] {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => {
      const rule = rules.find((one) => one.name === name);
      if (rule) return rule;
      throw new CdkvmError({
        code: "CDKVM_POLICY_RULE",
        doing: "read the policy",
        problem: `there is no rule ${JSON.stringify(name)}`,
        fix: `use one or several of ${rules.map((one) => one.name).join(", ")}`,
      });
    });
}

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "s",
  ).test(text);

/** The rule violations of a plan; empty if it may be applied. */
export const evaluate = (review: Review, enforced: readonly Enforced[]): readonly Verdict[] =>
  enforced.flatMap(({ rule, severity = "error", allow = [] }) =>
    review.changes.flatMap((change) => {
      if (allow.some((pattern) => matches(pattern, change.address) || matches(pattern, change.name))) return [];
      const message = rule.when(change);
      return message === undefined ? [] : [{ rule: rule.name, severity, resource: change.address, message }];
    }),
  );
