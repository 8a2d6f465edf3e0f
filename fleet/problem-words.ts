import { spellPath, type Terms, type Worded, wordsOf } from "../model/problem-words.ts";
import { quote, type PropProblem } from "../model/problems.ts";
import { isObject } from "../model/records.ts";
import type { PropPath } from "../model/schema-at.ts";
import { fileFault } from "./checks/faults.ts";
import type { FleetProblem } from "./errors.ts";
import { FLEET_NAME } from "./schema.ts";
import type { FleetSource } from "./source/source.ts";

const FILE_TERMS: Terms = { prop: "key", object: "a mapping" };

/** A problem with a value, in the terms of a fleet file, at its position: by default, that of its path. */
export function tell(source: FleetSource, problem: PropProblem, position: PropPath = problem.path): FleetProblem {
  const { path, kind, value } = problem;
  if (path.length === 1 && path[0] === "hosts" && (value === null || kind === "missing")) return source.problem(path, fileFault.noHosts());
  const { problem: message, fix } = inFile(problem);
  const key = path.at(-1);
  const isBadName = path.length === 2 && typeof key === "string" && !FLEET_NAME.test(key);
  const isOfKey = kind === "unknown-prop" || kind === "misplaced-prop" || isBadName;
  return source.problem(position, { message: isOfKey ? message : label(path, message), fix }, isOfKey ? "key" : "value");
}

/** `disks[0].size: ...`: relative to the guest, network etc., which the line identifies. */
export function label(path: PropPath, message: string): string {
  const inner = path.length > 2 && path[0] !== "defaults" ? path.slice(2) : path.slice(-1);
  const spelled = spellPath(path[0] === "defaults" ? path.slice(1) : inner);
  return spelled === "" ? message : `${spelled}: ${message}`;
}

/** What YAML makes of usual slips has words of its own. */
function inFile(problem: PropProblem): Worded {
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
