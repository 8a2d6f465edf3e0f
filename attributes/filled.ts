import { meets } from "../model/condition.ts";
import type { Field, Fields, Table } from "../model/table.ts";
import { isList, isValues, type Value, type Values } from "../model/values.ts";
import { compile, type Compiled } from "./compile.ts";
import { fieldsOf, type Mutable } from "./complete.ts";

/** A structure with the resource that it is in: what libvirt fills in depends on both. */
export interface Place {
  readonly structure: Values;
  readonly resource: Values;
}

/** Whether libvirt fills in this value if the configuration leaves the attribute open. */
export function isFilled(field: Field | undefined, value: Value, { structure, resource }: Place): boolean {
  if (field?.fills === undefined || field.fills === "anything") return field?.fills !== undefined;
  return field.fills.some((one) => (typeof one === "object" ? one.is === value && meets(structure, one.when, resource) : one === value));
}

/** What libvirt fills in if the configuration leaves the attribute open; undefined if the table does not tell. */
export function filledValue(field: Field | undefined, { structure, resource }: Place): string | number | boolean | undefined {
  if (field?.fills === undefined || field.fills === "anything") return undefined;
  const found = field.fills.find((one) => typeof one !== "object" || meets(structure, one.when, resource));
  return typeof found === "object" ? found.is : found;
}

/** The values without those that libvirt filled in, except what an import shows. A structure of which nothing is left goes too. */
export function withoutFilled(of: Table | Fields, values: Values): Values {
  return bareFields(compile(fieldsOf(of)), values, values);
}

function bareFields(fields: Compiled, values: Values, resource: Values): Values {
  const result: Mutable = {};
  for (const [name, value] of Object.entries(values)) {
    const node = fields.byName.get(name);
    const inner = node?.inner;
    if (node === undefined || value === null) result[name] = value;
    else if (inner !== undefined && isList(value))
      result[name] = value.map((item) => (isValues(item) ? bareFields(inner, item, resource) : item)); // prettier-ignore
    else if (inner !== undefined && isValues(value)) {
      const bare = bareFields(inner, value, resource);
      if (node.select !== undefined || Object.keys(bare).length > 0 || Object.keys(value).length === 0) result[name] = bare;
    } else if (node.field.importShows === true || !isFilled(node.field, value, { structure: values, resource })) result[name] = value;
  }
  return result;
}
