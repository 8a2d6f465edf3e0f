import { expect, test } from "vitest";
import { planUpdate } from "../../attributes/plan.ts";
import { changeOf } from "../../model/change.ts";
import type { ChangeClass, Field, Fields, Table } from "../../model/table.ts";
import { resources } from "../../model/tables.ts";
import type { Value, Values } from "../../model/values.ts";

interface Attribute {
  readonly path: string;
  readonly fields: readonly (readonly [name: string, field: Field])[];
}

function attributesOf(fields: Fields, outer: Attribute): Attribute[] {
  return Object.entries(fields).flatMap(([name, field]): Attribute[] => {
    if (field.computed === true && field.optional !== true) return [];
    const here: Attribute = {
      path: `${outer.path}${outer.path === "" ? "" : "."}${name}${field.kind === "list" ? "[]" : ""}`,
      fields: [...outer.fields, [name, field]],
    };
    const isStructure = field.kind === "list" || field.kind === "group";
    return isStructure && Object.keys(field.fields).length > 0 ? attributesOf(field.fields, here) : [here];
  });
}

/** Two values of an attribute that do not mean the same. */
function valuesOf(field: Field): readonly [Value, Value] {
  switch (field.kind) {
    case "text":
      if (field.same === "metadata") return ['<a xmlns="urn:a"/>', '<b xmlns="urn:b"/>'];
      return field.same === "mode" ? ["0600", "0700"] : ["one", "two"];
    case "integer":
      return [1, 2];
    case "boolean":
      return [false, true];
    case "texts":
      return [["one"], ["two"]];
    case "group":
    case "list":
      return [null, {}];
  }
}

const build = ({ fields }: Attribute, value: Value): Values =>
  fields.toReversed().reduce<Value>((inner, [name, field], index) => ({ [name]: field.kind === "list" && index > 0 ? [inner] : inner }), value) as Values; // prettier-ignore

/** What the tables say of it in these two states. */
function classOf({ fields }: Attribute, top: ChangeClass, before: Value, after: Value): ChangeClass {
  let change = top;
  let sides = [before, after];
  for (const [name, field] of fields) {
    change = changeOf(field, change, sides[0], sides[1]);
    sides = sides.map((side) => [(side as Values | null | undefined)?.[name]].flat()[0] ?? null);
  }
  return change;
}

/** What the plan says instead; nothing where it says what the tables say. */
function wrongOf(attribute: Attribute, table: Table): string[] {
  const [, field] = attribute.fields.at(-1) ?? [];
  if (field === undefined) return [];
  const [prior, proposed] = valuesOf(field).map((value) => build(attribute, value)) as [Values, Values];
  const wanted = classOf(attribute, table.change, prior, proposed);
  const found = new Set(planUpdate(table, prior, proposed).changes.map(({ change }) => change));
  const again = planUpdate(table, proposed, proposed).changes;
  if (found.size === 1 && found.has(wanted) && again.length === 0) return [];
  return [`${attribute.path}: ${[...found].join(", ")} for ${wanted}${again.length > 0 ? ", and a change without one" : ""}`];
}

test.for(resources.map((one) => [one.type, one] as const))("every attribute of %s is planned with its class", ([, table]) => {
  const attributes = attributesOf(table.fields, { path: "", fields: [] });
  expect(attributes.length).toBeGreaterThan(0);
  expect(attributes.flatMap((one) => wrongOf(one, table))).toEqual([]);
});
