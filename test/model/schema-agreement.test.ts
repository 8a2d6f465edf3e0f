import { describe, expect, it } from "vitest";
import type { Field, Fields, Table } from "../../model/table.ts";
import * as tables from "../../model/tables.ts";
import { whoSets } from "../../provider/protocol/schema.ts";
import { type Attribute, type Attributes, registrySchema } from "./registry-schema.ts";

/** The type as both sides can say it: `string`, `["set","string"]`, `single`, `list`. */
function typeOf(field: Field): string {
  const types = { text: "string", integer: "number", boolean: "bool", group: "single", list: "list" } as const;
  return field.kind === "texts" ? JSON.stringify([field.set === true ? "set" : "list", "string"]) : types[field.kind];
}
const registryTypeOf = ({ type, nested_type }: Attribute): string =>
  nested_type?.nesting_mode ?? (typeof type === "string" ? type : JSON.stringify(type));

const marksOf = (of: { required?: boolean; optional?: boolean; computed?: boolean; sensitive?: boolean }): string =>
  (["required", "optional", "computed", "sensitive"] as const).filter((mark) => of[mark] === true).join(" ");

/** What the table says of the registry provider, where that has other rules than the embedded one. */
const registryMarks = (field: Field): ReturnType<typeof whoSets> =>
  field.required === "registry" ? { required: true } : field.computed === "embedded" ? { optional: true } : whoSets(field);

/** Where a table says other things of an attribute than the registry provider does; one line each. */
function differences(fields: Fields, attributes: Attributes, path: string): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    if (field.embedded === true) return [];
    const attribute = attributes[name];
    if (attribute === undefined) return [`${path}.${name}: the registry provider has no such attribute`];
    // A table may hide more than the registry provider does, never less.
    const sensitive = attribute.sensitive === true && field.sensitive === true;
    const ours = `${typeOf(field)} ${marksOf({ ...registryMarks(field), sensitive })}`.trim();
    const theirs = `${registryTypeOf(attribute)} ${marksOf(attribute)}`.trim();
    const here = ours === theirs ? [] : [`${path}.${name}: ${ours}; registry: ${theirs}`];
    const inner = "fields" in field ? differences(field.fields, attribute.nested_type?.attributes ?? {}, `${path}.${name}`) : [];
    return [...here, ...inner];
  });
}

describe("each table agrees with the registry provider's schema, attribute by attribute", () => {
  const schema = registrySchema();
  const cases: readonly (readonly [string, Table, Attributes | undefined])[] = [
    ["the provider block", tables.provider, schema.provider],
    ...tables.resources.map((table) => [table.type, table, schema.resources[table.type]] as const),
    ...tables.dataSources
      .filter(({ embedded }) => embedded !== true)
      .map((table) => [table.type, table, schema.dataSources[table.type]] as const),
  ];
  it.each(cases)("%s", (_name, table, attributes) => {
    expect(attributes).toBeDefined();
    expect(differences(table.fields, attributes ?? {}, table.type)).toEqual([]);
  });
});
