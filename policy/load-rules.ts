import { pathToFileURL } from "node:url";
import { messageOf } from "../model/errors.ts";
import { recordOf } from "../model/records.ts";
import { rulesNotLoaded } from "./errors.ts";
import { ruleName } from "./file.ts";
import type { Rule } from "./rule.ts";

/** Runs a file of the user's, and returns the rules that it exports. @throws CdkvmError CDKVM_POLICY_RULES */
export async function loadRules(path: string): Promise<readonly Rule[]> {
  let exported: unknown;
  try {
    exported = recordOf({ ...((await import(pathToFileURL(path).href)) as object) })["default"];
  } catch (cause) {
    throw rulesNotLoaded(path, messageOf(cause), cause);
  }
  if (!Array.isArray(exported)) throw rulesNotLoaded(path, "its default export is not a list");
  for (const [index, one] of (exported as unknown[]).entries()) {
    const problem = problemOf(recordOf(one));
    if (problem !== undefined) throw rulesNotLoaded(path, `item ${index + 1} of its default export ${problem}`);
  }
  return exported as readonly Rule[];
}

function problemOf({ name, severity, check, ...texts }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof check !== "function") return "is not made by defineRule";
  if (typeof name !== "string" || !ruleName.test(name)) return "has no name of lower-case words joined by hyphens";
  if (severity !== "error" && severity !== "warning" && severity !== "off") return `(${name}) has no severity error, warning or off`;
  const missing = ["doc", "why", "fix"].find((one) => typeof texts[one] !== "string" || texts[one] === "");
  return missing === undefined ? undefined : `(${name}) has no ${missing}`;
}
