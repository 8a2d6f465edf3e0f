import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import { SCHEMA_ENTRY, type SchemaSet } from "../../model/schema-set.ts";
import { engineArguments } from "./run.ts";

/**
 * The attributes that this run needs: those that cdkvm passes, else those of the saved plan that an engine run by hand applies or
 * shows, whose values have that form. Undefined for all.
 */
export function schemaSet(environment: NodeJS.ProcessEnv = process.env, args = engineArguments()): SchemaSet | undefined {
  const given = environment["CDKVM_SCHEMA"];
  return given ? parse(given) : inSavedPlan(args);
}

/** Undefined for `full`, and for what is no set: all attributes are never wrong. */
function parse(text: string): SchemaSet | undefined {
  try {
    const set = JSON.parse(text) as Partial<SchemaSet> | null;
    return set?.resources && set.data ? { resources: set.resources, data: set.data } : undefined;
  } catch {
    return undefined;
  }
}

function inSavedPlan(args: readonly string[]): SchemaSet | undefined {
  const [command, ...files] = args.filter((one) => !one.startsWith("-"));
  const file = command === "apply" || command === "show" ? files.at(-1) : undefined;
  if (!file) return undefined;
  try {
    const entry = unzipSync(readFileSync(file), { filter: ({ name }) => name === SCHEMA_ENTRY })[SCHEMA_ENTRY];
    return entry === undefined ? undefined : parse(strFromU8(entry));
  } catch {
    return undefined; // the engine reports a file that is no plan
  }
}
