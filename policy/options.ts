import { z } from "zod";
import { recordOf } from "../model/records.ts";
import type { Rule } from "./rule.ts";

/** An option of a rule, for documentation. */
export interface RuleOption {
  readonly name: string;
  readonly description: string;
}

export function optionsOf({ options }: Rule): readonly RuleOption[] {
  if (options === undefined) return [];
  const properties = recordOf(z.toJSONSchema(options, { io: "input", unrepresentable: "any" })["properties"]);
  return Object.entries(properties).map(([name, schema]) => {
    const { description } = recordOf(schema);
    return { name, description: typeof description === "string" ? description : "" };
  });
}
