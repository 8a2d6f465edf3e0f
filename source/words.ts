import { type Terms, type Worded, wordsOf } from "../model/problem-words.ts";
import { quote, type PropProblem } from "../model/problems.ts";
import { isObject } from "../model/records.ts";

const FILE_TERMS: Terms = { prop: "key", object: "a mapping" };

/** A problem in the terms of a YAML file. What YAML makes of usual slips has words of its own. */
export function wordsInFile(problem: PropProblem): Worded {
  const { value } = problem;
  if (value === null) return { problem: "the value is missing", fix: "write one, or remove the key" };
  if (problem.kind !== "wrong-type") return wordsOf(problem, FILE_TERMS);
  const [type, ...others] = problem.expected;
  if (type === "object" && others.length === 0 && problem.choices.length === 0) {
    if (typeof value === "string" && /^[A-Za-z]+:\S/.test(value))
      return { problem: `${quote(problem)} has no space after ":"`, fix: `write ${value.replace(":", ": ")}` };
    return { problem: `${quote(problem)} is not a mapping`, fix: "write its keys below it, one per line, indented" };
  }
  if (type === "record" && !Array.isArray(value))
    return { problem: `${quote(problem)} is not a mapping`, fix: "write its keys below it, one per line, indented" };
  if (type === "array" && isObject(value)) return { problem: "this is not a list", fix: 'begin each item with "- "' };
  return wordsOf(problem, FILE_TERMS);
}
