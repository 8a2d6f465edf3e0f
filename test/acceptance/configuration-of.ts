import type { Field, Fields, Table } from "../../model/table.ts";
import { isList, isValues, type Value, type Values } from "../../model/values.ts";

const isReadOnly = (field: Field | undefined): boolean => field?.computed === true && field.optional !== true;

/** The attributes as a person would write them: without those that libvirt alone decides. */
export function configurationOf(table: Table | Fields, values: Values): Values {
  const fields = (typeof table.element === "string" ? (table as Table).fields : table) as Fields;
  const numbers = new Map(
    Object.entries(fields).flatMap(([name, field]) => (field.kind === "integer" && field.unit !== undefined ? [[field.unit, name]] : [])),
  );
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, Value][] => {
      const field = fields[name];
      if (field === undefined || isReadOnly(field) || isReadOnly(fields[numbers.get(name) ?? ""])) return [];
      if (!("fields" in field)) return [[name, value]];
      if (isList(value)) return [[name, value.map((item) => (isValues(item) ? configurationOf(field.fields, item) : item))]];
      return [[name, isValues(value) ? configurationOf(field.fields, value) : value]];
    }),
  );
}
