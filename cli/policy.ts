import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Plan } from "../engine/index.ts";
import type { Facts, RuleContext, StackSubject } from "../policy/index.ts";
import { POLICY_FILE } from "../policy/usual-files.ts";
import { type JudgedPlan, policyNotes, type PolicyResult, type Review, verdictText } from "../review/index.ts";
import { DONE, REFUSED } from "./exit.ts";
import { repeated } from "./options.ts";
import { printable } from "./print.ts";

interface PolicyArguments {
  readonly policy?: string | undefined;
  readonly "fail-on"?: string | undefined;
  readonly "max-restarts"?: string | undefined;
  readonly untrusted?: boolean | undefined;
}

/** A policy that is applied to plans. */
export interface OpenPolicy {
  /** What rules need of a plan, besides its review. */
  readonly factsOf: (plan: Plan, judged: JudgedPlan) => Facts;
  readonly judge: (stacks: readonly StackSubject[]) => PolicyResult;
  /** Whether a rule needs to know what the hosts have. */
  readonly asksHosts: boolean;
}

/**
 * The policy that a command line asks for, or that the folder has; undefined if no rule is on.
 *
 * @param stage `apply` for a command that applies what it judges
 */
export async function policyFor(
  args: PolicyArguments,
  rawArgs: readonly string[],
  stage: RuleContext["stage"] = "plan",
): Promise<OpenPolicy | undefined> {
  const most = args["max-restarts"];
  const folder = process.cwd();
  const asks = args.policy ?? args["fail-on"] ?? most;
  if (asks === undefined && !existsSync(join(folder, POLICY_FILE))) return undefined;
  const { evaluate, factsOf, readPolicy } = await import("../policy/index.ts"); // takes time to load, which most runs need not spend
  const { policy } = await readPolicy({
    folder,
    file: args.policy,
    failOn: [args["fail-on"], most === undefined ? undefined : `max-restarts=${most}`].filter((one) => one !== undefined).join(","),
    allow: repeated("allow", rawArgs),
    untrusted: args.untrusted === true,
  });
  if (policy.rules.length === 0) return undefined;
  const asksHosts = policy.rules.some(({ rule }) => rule.needsHosts === true);
  return { factsOf, asksHosts, judge: (stacks) => evaluate(stacks, policy, { now: new Date(), stage }) };
}

export interface Judgement {
  /** The reviews, each with what the policy says about it. */
  readonly reviews: readonly Review[];
  readonly result: PolicyResult | undefined;
  /** {@link REFUSED} if the policy forbids something. */
  readonly code: number;
}

/** Applies a policy to the plans of one run. */
export function judge(policy: OpenPolicy | undefined, stacks: readonly StackSubject[]): Judgement {
  const reviews = stacks.map(({ review }) => review);
  if (policy === undefined) return { reviews, result: undefined, code: DONE };
  const result = policy.judge(stacks);
  return {
    reviews: stacks.map(({ stack, review }) => ({ ...review, policy: partFor(result, stack) })),
    result,
    code: result.verdicts.some(({ severity }) => severity === "error") ? REFUSED : DONE,
  };
}

/** What concerns one stack, and what concerns several. */
const partFor = (result: PolicyResult, stack: string | undefined): PolicyResult => ({
  ...result,
  verdicts: result.verdicts.filter((one) => one.stack === undefined || one.stack === stack),
});

/** Prints verdicts to standard error: what is to be done about a rule once, below its last verdict. */
export function tellVerdicts(result: PolicyResult | undefined, several: boolean): void {
  if (result === undefined) return;
  const { verdicts } = result;
  for (const [index, verdict] of verdicts.entries()) {
    const { rule, severity, stack, fix } = verdict;
    tell(`${several && stack !== undefined ? `${stack}: ` : ""}${verdictText(verdict)}`);
    const isLast = !verdicts.slice(index + 1).some((one) => one.rule === rule && one.severity === severity);
    if (isLast && severity !== "waived") tell(`  fix: ${fix}`);
  }
  for (const note of policyNotes(result)) tell(note);
}

const tell = (line: string): void => void process.stderr.write(`${printable(line, false)}\n`);
