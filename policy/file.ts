import { z } from "zod";
import { matching } from "../model/props/shared.ts";
import { ownRule } from "./own-rules.ts";
import { builtInRules } from "./rules/index.ts";
import { casesSchema } from "./cases-schema.ts";
import { waiversSchema } from "./waivers.ts";

/** Names of rules. */
export const ruleName: RegExp = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

const ownName = matching(ruleName, (text) => `${text} is not a name of a rule`, "use lower-case words joined by hyphens");

export const policyFileSchema = z
  .strictObject({
    rules: z
      .array(z.string().min(1))
      .nullable()
      .optional()
      .meta({ description: "Files with rules in TypeScript, relative to this file; each has a list of them as its default export." }),
    severity: z
      .record(z.string(), z.enum(["error", "warning", "off"]))
      .nullable()
      .optional()
      .meta({ description: "By rule. Default: the rule's own, see `cdkvm policy list`." }),
    options: z.record(z.string(), z.unknown()).nullable().optional().meta({ description: "By rule, see `cdkvm policy explain RULE`." }),
    allow: z
      .record(z.string(), z.array(z.string().min(1)))
      .nullable()
      .optional()
      .meta({ description: "Exempt addresses and names by rule; * stands for any run of characters." }),
    own: z.record(ownName, ownRule).nullable().optional().meta({ description: "Rules as data, by name." }),
  })
  .meta({ title: "cdkvm policy", description: "What a plan must not do." });

export type PolicyFile = z.output<typeof policyFileSchema>;

const jsonSchema = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });

/** JSON Schema (2020-12) of the policy file, with the built-in rules' names and options. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = jsonSchema(policyFileSchema) as { properties: Record<string, object> };
  const { severity = {}, allow = {} } = schema.properties;
  const named = (of: (rule: (typeof builtInRules)[number]) => object): Record<string, object> =>
    Object.fromEntries(builtInRules.map((rule) => [rule.name, { description: rule.doc, ...of(rule) }]));
  const options = named(({ options: given, argument }) => {
    if (given === undefined) return { not: {} };
    const { $schema: _, ...inner } = jsonSchema(given) as { $schema?: string; properties?: Record<string, object> };
    const short = argument === undefined ? undefined : inner.properties?.[argument];
    return short === undefined ? inner : { anyOf: [short, inner] };
  });
  return {
    ...schema,
    properties: {
      ...schema.properties,
      severity: withProperties(
        severity,
        named(() => ({ enum: ["error", "warning", "off"] })),
      ),
      allow: withProperties(
        allow,
        named(() => ({ type: "array", items: { type: "string" } })),
      ),
      options: { description: "By rule.", type: ["object", "null"], properties: options, additionalProperties: true },
    },
  };
}

const withProperties = (schema: object, properties: Record<string, object>): object => {
  const { anyOf, ...rest } = schema as { anyOf?: readonly object[] };
  return { ...rest, anyOf: (anyOf ?? []).map((one) => ("type" in one && one.type === "object" ? { ...one, properties } : one)) };
};

/** JSON Schema (2020-12) of the waivers. */
export const waiversJsonSchema = (): Record<string, unknown> => jsonSchema(waiversSchema);

/** JSON Schema (2020-12) of the test cases. */
export const casesJsonSchema = (): Record<string, unknown> => jsonSchema(casesSchema);
