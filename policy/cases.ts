import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { parsePlan } from "../engine/index.ts";
import { messageOf } from "../model/errors.ts";
import { recordOf } from "../model/records.ts";
import { review } from "../review/index.ts";
import { type Verdict } from "../review/policy-schema.ts";
import { reviewSchema } from "../review/schema.ts";
import { YamlFile } from "../source/index.ts";
import { casesSchema, type ExpectedVerdict } from "./cases-schema.ts";
import { casesMissing, PolicyFileError } from "./errors.ts";
import { evaluate, type Policy } from "./evaluate.ts";
import { factsOf } from "./facts.ts";
import { matches } from "./patterns.ts";
import type { StackSubject } from "./subject.ts";

/** Test cases of a policy: plans, and the verdicts that are expected. */

export interface CaseResult {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  /** Expected, but not there. */
  readonly missing: readonly ExpectedVerdict[];
  /** There, but not expected. */
  readonly unexpected: readonly Verdict[];
}

/** Runs the cases of a file against a policy, without its waivers. @throws PolicyFileError, CdkvmError of an unreadable plan */
export async function runCases(path: string, { rules }: Policy): Promise<readonly CaseResult[]> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw casesMissing(path, cause);
  });
  const file = basename(path);
  const source = new YamlFile(text, file, casesSchema, "write cases: and a list; docs/guide/policy.md has an example");
  if (source.data === undefined) throw new PolicyFileError("policy's tests", file, source.problems);
  const results: CaseResult[] = [];
  for (const [index, { name, plan, now, expect }] of source.data.cases.entries()) {
    const plans = typeof plan === "string" ? [[undefined, plan] as const] : Object.entries(plan);
    const stacks = await Promise.all(
      plans.map(([stack, given]) =>
        subjectIn(resolve(dirname(path), given), stack).catch((cause: unknown) => {
          throw new PolicyFileError("policy's tests", file, [
            source.problem(["cases", index, "plan"], { message: `cannot read ${given}: ${messageOf(cause)}` }),
          ]);
        }),
      ),
    );
    const { verdicts } = evaluate(stacks, { rules, waivers: [] }, { now: now === undefined ? new Date() : new Date(now), stage: "apply" });
    results.push({ file, name, ...compared(expect ?? [], verdicts) });
  }
  return results;
}

async function subjectIn(path: string, stack: string | undefined): Promise<StackSubject> {
  const text = await readFile(path, "utf8");
  if ("formatVersion" in recordOf(JSON.parse(text))) return { stack, review: reviewSchema.parse(JSON.parse(text)), facts: undefined };
  const plan = parsePlan(text);
  return { stack, review: review(plan), facts: factsOf(plan) };
}

function compared(wanted: readonly ExpectedVerdict[], verdicts: readonly Verdict[]): Omit<CaseResult, "file" | "name"> {
  const left = [...verdicts];
  const missing = wanted.filter((one) => {
    const index = left.findIndex((verdict) => isExpected(one, verdict));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  return { passed: missing.length === 0 && left.length === 0, missing, unexpected: left };
}

const isExpected = ({ rule, name, severity, stack }: ExpectedVerdict, verdict: Verdict): boolean =>
  rule === verdict.rule &&
  (name === undefined || matches(name, verdict.name) || matches(name, verdict.resource)) &&
  (severity === undefined || severity === verdict.severity) &&
  (stack === undefined || stack === verdict.stack);
