import type { z } from "zod";
import { CdkvmError } from "./errors.ts";
import { PROGRAM_TERMS, sentence, spellPath, wordsOf } from "./problem-words.ts";
import { problemsOf, type PropProblem } from "./problems.ts";

/**
 * Validates props against their schema.
 *
 * @param what the kind of construct and its path: `VM kvm1/web1`
 * @throws CdkvmError that names the construct, each invalid prop, its value, and the fix
 */
export function check(schema: z.ZodType, props: unknown, what: string): void {
  const lines = problemsOf(schema, plainData(props)).map(lineOf);
  if (lines.length === 0) return;
  throw new CdkvmError({
    code: "CDKVM_PROPS",
    doing: what,
    problem: lines.length === 1 ? (lines[0] ?? "") : `${lines.length} problems:\n${lines.map((line) => `  - ${line}`).join("\n")}`,
  });
}

function lineOf(problem: PropProblem): string {
  const isNamed = problem.kind === "unknown-prop" || problem.kind === "misplaced-prop";
  const place = spellPath(isNamed ? problem.path.slice(0, -1) : problem.path);
  const words = sentence(wordsOf(problem, PROGRAM_TERMS));
  return place === "" ? words : `${place}: ${words}`;
}

/** Values with a text form: sizes, networks, durations. */
interface Spelled {
  toJSON(): unknown;
}

/** Replaces sizes, networks and similar values with their text, and a construct with its path. */
export function plainData(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plainData);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    const copy: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) if (item !== undefined) copy[key] = plainData(item);
    return copy;
  }
  if (typeof (value as Partial<Spelled>).toJSON === "function") return plainData((value as Spelled).toJSON());
  const path = (value as { node?: { path?: string } }).node?.path;
  return path ? path : value.constructor.name;
}
