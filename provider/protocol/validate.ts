import type { Fields } from "../../model/table.ts";
import { isList, isValues, type Value } from "../../model/values.ts";
import type { Diagnostic, Path } from "./resource.ts";

/** Terraform has one number type; where the table says integer, 1.5 is an error of the configuration. */
export function wholeNumbers(fields: Fields, value: Value | undefined, path: Path = []): Diagnostic[] {
  if (isList(value)) return value.flatMap((item, index) => wholeNumbers(fields, item, [...path, index]));
  if (!isValues(value)) return [];
  return Object.entries(fields).flatMap(([name, field]) => {
    const inner = value[name];
    if (field.kind === "group" || field.kind === "list") return wholeNumbers(field.fields, inner, [...path, name]);
    if (field.kind !== "integer" || (typeof inner !== "number" && typeof inner !== "string") || isWhole(inner)) return [];
    const summary = `${name} needs a whole number`;
    const detail = field.sensitive === true ? "What it has is not one." : `${inner} is not one.`;
    return [{ severity: "error", summary, detail, path: [...path, name] }] satisfies Diagnostic[];
  });
}

const isWhole = (value: number | string): boolean => (typeof value === "number" ? Number.isInteger(value) : /^-?\d+$/.test(value));
