import { spellPath } from "../model/problem-words.ts";
import type { PropProblem } from "../model/problems.ts";
import type { PropPath } from "../model/schema-at.ts";
import { fileFault } from "./checks/faults.ts";
import type { FleetProblem } from "./errors.ts";
import { FLEET_NAME } from "./schema.ts";
import { wordsInFile } from "../source/index.ts";
import type { FleetSource } from "./source/source.ts";

/** A problem with a value, in the terms of a fleet file, at its position: by default, that of its path. */
export function tell(source: FleetSource, problem: PropProblem, position: PropPath = problem.path): FleetProblem {
  const { path, kind, value } = problem;
  if (path.length === 1 && path[0] === "hosts" && (value === null || kind === "missing")) return source.problem(path, fileFault.noHosts());
  const { problem: message, fix } = wordsInFile(problem);
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
