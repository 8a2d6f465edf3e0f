import type { Fields, Table } from "../model/table.ts";
import { isList, isValues, type Value, type Values } from "../model/values.ts";
import { compile } from "./compile.ts";

export type Mutable = Record<string, Value>;

export const fieldsOf = (of: Table | Fields): Fields => (typeof of.element === "string" ? (of as Table).fields : (of as Fields));

/** All attributes of the fields: null where the values have none. Terraform requires objects with all their attributes. */
export function complete(of: Table | Fields, values: Values): Values {
  const result: Mutable = {};
  for (const { name, inner } of compile(fieldsOf(of)).nodes) {
    const value = values[name];
    if (inner === undefined || value === undefined || value === null) result[name] = value ?? null;
    else if (isList(value)) result[name] = value.map((item) => (isValues(item) ? complete(inner.fields, item) : item));
    else result[name] = isValues(value) ? complete(inner.fields, value) : value;
  }
  return result;
}
