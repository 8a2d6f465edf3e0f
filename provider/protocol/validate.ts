import type { Field, Fields } from "../../model/table.ts";
import { isList, isValues, type Value, type Values, type AttributePath } from "../../model/values.ts";
import type { Diagnostic } from "./resource.ts";

/** Terraform has one number type; where the table requires an integer, 1.5 is a configuration error. */
export function wholeNumbers(fields: Fields, values: Values): Diagnostic[] {
  const found: Diagnostic[] = [];
  inFields(fields, values, [], found);
  return found;
}

function inFields(fields: Fields, values: Values, path: (string | number)[], found: Diagnostic[]): void {
  for (const name in values) {
    const value = values[name];
    const field = fields[name];
    if (value === null || value === undefined || field === undefined) continue;
    path.push(name);
    if (field.kind === "group" && isValues(value)) inFields(field.fields, value, path, found);
    else if (field.kind === "list" && isList(value)) inItems(field.fields, value, path, found);
    else if (field.kind === "integer" && (typeof value === "number" || typeof value === "string") && !isWhole(value))
      found.push(notWhole(name, field, value, [...path]));
    path.pop();
  }
}

function inItems(fields: Fields, items: readonly Value[], path: (string | number)[], found: Diagnostic[]): void {
  for (const [index, item] of items.entries()) if (isValues(item)) inFields(fields, item, [...path, index], found);
}

const notWhole = (name: string, field: Field, value: number | string, path: AttributePath): Diagnostic => ({
  severity: "error",
  summary: `${name} must be a whole number`,
  detail: field.sensitive === true ? "Its value is not one." : `${value} is not one.`,
  path,
});

const isWhole = (value: number | string): boolean => (typeof value === "number" ? Number.isInteger(value) : /^-?\d+$/.test(value));
