import type { PropPath } from "../../model/schema-at.ts";
import type { FleetProblem } from "../errors.ts";
import type { FleetSource } from "../source/source.ts";
import { fileFault } from "./faults.ts";

/** Text passed to the guest verbatim: a shell's `${HOME}` in it keeps its meaning. */
const FREE: ReadonlySet<string> = new Set(["cloudInit", "cmdline", "title", "description"]);

/** Terraform expressions, which a fleet file lacks: it has names, `${env.NAME}` and `${secret.NAME}`. */
export function expressionProblems(source: FleetSource): FleetProblem[] {
  const problems: FleetProblem[] = [];
  const walk = (value: unknown, path: PropPath): void => {
    if (typeof value === "string") {
      const found = /\$\{(?!(?:env|secret)\.)[^}]*\}?/.exec(value)?.[0];
      if (found !== undefined) problems.push(source.problem(path, fileFault.expression(found)));
    } else if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (typeof value === "object" && value !== null)
      for (const [key, item] of Object.entries(value)) if (!FREE.has(key)) walk(item, [...path, key]);
  };
  walk(source.data, []);
  return problems;
}
