import type { Plan, ResourceChange } from "../engine/plan.ts";
import { HiddenValues } from "../model/hidden.ts";
import { recordOf } from "../model/records.ts";
import { readSecrets, SECRETS_OUTPUT } from "../model/secrets.ts";
import type { Table } from "../model/table.ts";
import type { MaskOptions } from "./tree.ts";

/**
 * Values hidden wherever they occur: those that the program marked, now and when the state was written, and variables that the
 * configuration declares sensitive.
 */
export function secretsOf(plan: Plan): HiddenValues {
  const marked = plan.outputChanges[SECRETS_OUTPUT];
  return new HiddenValues([...readSecrets(marked?.before), ...readSecrets(marked?.after), ...secretVariables(plan)]);
}

function secretVariables(plan: Plan): string[] {
  const root = recordOf(plan.configuration["root_module"]);
  const variables = recordOf(root["variables"]);
  return Object.keys(variables).flatMap((name) => {
    const value = plan.variables[name]?.value;
    return recordOf(variables[name])["sensitive"] === true && typeof value === "string" && value !== "" ? [value] : [];
  });
}

/** A secret may occur anywhere: in a name, an address, a key. */
export function withoutSecrets<T>(secrets: HiddenValues, value: T): T {
  if (secrets.values.length === 0) return value;
  const hidden = (one: unknown): unknown => {
    if (typeof one === "string") return secrets.hide(one);
    if (Array.isArray(one)) return one.map(hidden);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, hidden(inner)]));
  };
  return hidden(value) as T;
}

type Expressions = Readonly<Record<string, unknown>> | undefined;

/** What the configuration assigns to each attribute of a resource; `undefined` if the plan does not show it. */
export function expressionsOf(plan: Plan): (resource: ResourceChange) => Expressions {
  const root = recordOf(plan.configuration["root_module"]);
  const resources = Array.isArray(root["resources"]) ? root["resources"].map(recordOf) : [];
  const byAddress = new Map(resources.map((resource) => [resource["address"], recordOf(resource["expressions"])]));
  return (resource) => (resource.module_address === undefined ? byAddress.get(`${resource.type}.${resource.name}`) : undefined);
}

/** Whether the configuration assigns an attribute a value that is not fully constant. */
export const mayBeUnknown = (written: Expressions, attribute: string): boolean =>
  written === undefined || (written[attribute] !== undefined && !isConstant(written[attribute]));

const isConstant = (expression: unknown): boolean => recordOf(expression)["constant_value"] !== undefined;

/**
 * Texts whose parts may be shown although their schema hides them: constants of the configuration, and those built from variables
 * alone. Anything from elsewhere may be an unknown secret.
 */
export function readableTexts(table: Table | undefined, written: Expressions): MaskOptions["readable"] & {} {
  const texts = Object.entries(table?.fields ?? {}).flatMap(([name, { holds }]) => (holds === undefined ? [] : [name]));
  return new Set(texts.filter((name) => typeof recordOf(written?.[name])["constant_value"] === "string" || isOfVariables(written?.[name])));
}

function isOfVariables(expression: unknown): boolean {
  const references = recordOf(expression)["references"];
  return Array.isArray(references) && references.every((one) => typeof one === "string" && one.startsWith("var."));
}

/** The references in an expression, or in all expressions of a block. */
export function referencesIn(expression: unknown): readonly string[] {
  if (Array.isArray(expression)) return expression.flatMap(referencesIn);
  return Object.entries(recordOf(expression)).flatMap(([name, value]) =>
    name === "references" && Array.isArray(value) ? value.filter((one) => typeof one === "string") : referencesIn(value),
  );
}
