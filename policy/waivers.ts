import { z } from "zod";
import { matching } from "../model/props/shared.ts";
import type { Verdict } from "../review/policy-schema.ts";
import { YamlFile } from "../source/index.ts";
import { PolicyFileError, ruleSuggestion } from "./errors.ts";
import { concerns } from "./patterns.ts";
import type { StackSubject } from "./subject.ts";

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

const waiver = z.strictObject({
  rule: z.string().meta({ description: "The rule's name." }),
  match: z.string().min(1).meta({ description: "An address or a name; * stands for any run of characters." }),
  stack: z.string().min(1).optional().meta({ description: "Only in this stack. Default: in any." }),
  reason: z.string().trim().min(1).meta({ description: "Why the rule may be broken." }),
  owner: z.string().trim().min(1).meta({ description: "Who answers for it: a person or a team." }),
  expires: matching(DATE, (text) => `${text} is not a date`, "write it as 2026-12-31").meta({
    description: "The last day that it applies (UTC).",
    examples: ["2026-12-31"],
  }),
});

export const waiversSchema = z
  .strictObject({ waivers: z.array(waiver).nullable() })
  .meta({ title: "cdkvm waivers", description: "Exceptions from the policy's rules, each with a reason, an owner and an end." });

export interface Waiver extends z.output<typeof waiver> {
  readonly file: string;
  readonly line: number;
}

/** @param rules the names of all rules @throws PolicyFileError with all its problems */
export function readWaivers(text: string, file: string, rules: readonly string[]): readonly Waiver[] {
  const source = new YamlFile(text, file, waiversSchema, "write waivers: and a list; docs/guide/policy.md has an example");
  const waivers = source.data?.waivers ?? [];
  const unknown = waivers.flatMap(({ rule }, index) =>
    rules.includes(rule)
      ? []
      : [
          source.problem(["waivers", index, "rule"], {
            message: `there is no rule ${JSON.stringify(rule)}`,
            fix: ruleSuggestion(rule, rules),
          }),
        ],
  );
  const problems = [...source.problems, ...unknown];
  if (problems.length > 0) throw new PolicyFileError("waivers", file, problems);
  return waivers.map((one, index) => ({ ...one, file, line: source.lineOf(["waivers", index]) }));
}

/** The rule of the verdict about a waiver that is past its end. */
const EXPIRED = "expired-waiver";

/** Turns what waivers cover into `waived`; adds an error for each that expired; names those that nothing needs. */
export function judgeWaivers(
  verdicts: readonly Verdict[],
  waivers: readonly Waiver[],
  stacks: readonly StackSubject[],
  now: Date,
): { readonly verdicts: readonly Verdict[]; readonly unused: readonly Waiver[] } {
  const names = new Set(stacks.map(({ stack }) => stack));
  // a waiver for a stack that is not in this run is not judged
  const here = waivers.filter(({ stack }) => stack === undefined || names.has(stack));
  const today = now.toISOString().slice(0, 10);
  const [expired, current] = [here.filter(({ expires }) => expires < today), here.filter(({ expires }) => expires >= today)];
  const used = new Set<Waiver>();
  const judged = verdicts.map((verdict): Verdict => {
    const covering = current.filter((one) => covers(one, verdict));
    for (const one of covering) used.add(one);
    const [first] = covering;
    if (first === undefined) return verdict;
    const { reason, owner, expires } = first;
    return { ...verdict, severity: "waived", waiver: { reason, owner, expires } };
  });
  return {
    verdicts: [...judged, ...expired.map(expiredVerdict)],
    unused: current.filter((one) => !used.has(one)),
  };
}

const covers = ({ rule, match, stack }: Waiver, verdict: Verdict): boolean =>
  rule === verdict.rule && (stack === undefined || stack === verdict.stack) && concerns([match], verdict);

const expiredVerdict = ({ rule, match, stack, reason, owner, expires, file, line }: Waiver): Verdict => ({
  rule: EXPIRED,
  severity: "error",
  ...(stack !== undefined && { stack }),
  resource: match,
  name: match,
  message: `the waiver of ${rule} for ${match} expired on ${expires} (${file}:${line}, owner: ${owner})`,
  fix: "remove it, or agree on a new date with its owner",
  waiver: { reason, owner, expires },
});
