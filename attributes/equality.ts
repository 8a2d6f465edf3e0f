import { isSameByDefault } from "../model/change.ts";
import type { Field, Fields, IntegerField, Table } from "../model/table.ts";
import { isList, isValues, type Value, type Values } from "../model/values.ts";
import { compile, keysOf, type Compiled } from "./compile.ts";
import { fieldsOf } from "./complete.ts";
import { pairBy, type Keys } from "./pairing.ts";
import { sameText } from "./normalize.ts";
import { sameQuantity } from "./units.ts";

/** A value that libvirt does not distinguish from a missing one: nothing, empty text, false, and structures that hold only such. */
export function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (isList(value)) return value.length === 0;
  return isValues(value) && Object.values(value).every(isEmpty);
}

/** Whether two values of one field mean the same to libvirt; for a number with a unit see {@link sameFields}. */
export function sameValue(field: Field, a: Value | undefined, b: Value | undefined): boolean {
  if (a === b || isSameByDefault(field, a, b)) return true;
  if (a === undefined || a === null || b === undefined || b === null) return isEmpty(a) && isEmpty(b);
  switch (field.kind) {
    case "text":
      return typeof a === "string" && typeof b === "string" && sameText(field.same, a, b);
    case "integer":
    case "boolean":
      return false;
    case "texts":
      return isList(a) && isList(b) && sameTexts(a, b, field.set === true);
    case "group":
      return isValues(a) && isValues(b) && sameFields(field.fields, a, b);
    case "list": {
      if (!isList(a) || !isList(b) || a.length !== b.length) return false;
      const have = b.filter(isValues);
      const want = a.filter(isValues);
      if (have.length !== b.length || want.length !== a.length) return false;
      const fields = compile(field.fields);
      if (field.unordered !== true) return want.every((item, index) => sameFields(field.fields, item, have[index] ?? {}));
      const pairs = pairItems(fields, keysOf(field), want, have);
      return want.every((item, index) => {
        const other = have[pairs[index] ?? -1];
        return other !== undefined && sameFields(field.fields, item, other);
      });
    }
  }
}

/** Whether two structures mean the same, including all attributes. */
export function sameFields(of: Table | Fields, a: Values, b: Values): boolean {
  return compile(fieldsOf(of)).nodes.every((node) => {
    if (node.unitOf !== undefined) return true;
    if (node.unit !== undefined) return sameNumber(node.field as IntegerField, a, b, node.name);
    return sameValue(node.field, a[node.name], b[node.name]);
  });
}

/** Whether `whole` includes everything in `part`. */
function within(fields: Compiled, part: Values, whole: Values): boolean {
  return fields.nodes.every((node) => {
    const value = part[node.name];
    if (isEmpty(value) || node.at === undefined || node.unitOf !== undefined || typeof value === "symbol") return true;
    if (node.unit !== undefined) return sameNumber(node.field as IntegerField, part, whole, node.name);
    const other = whole[node.name];
    if (node.field.kind === "group" && node.inner !== undefined && isValues(value) && isValues(other))
      return within(node.inner, value, other);
    if (node.field.kind === "list" && node.inner !== undefined && isList(value) && isList(other)) {
      const { inner } = node;
      const pairs = pairItems(inner, node.keys, value.filter(isValues), other.filter(isValues));
      return value.every((item, index) => {
        const match = other[pairs[index] ?? -1];
        return isValues(item) && isValues(match) && within(inner, item, match);
      });
    }
    return sameValue(node.field, value, other);
  });
}

/** Whether a number means the same, each with its own unit. */
export function sameNumber(field: IntegerField, a: Values, b: Values, name: string): boolean {
  const one = a[name];
  const two = b[name];
  if (typeof one !== "number" || typeof two !== "number") return (one ?? null) === (two ?? null);
  if (field.unit === undefined) return one === two;
  const fallback = field.unitDefault ?? "bytes";
  return sameQuantity(one, a[field.unit], two, b[field.unit], fallback);
}

function sameTexts(a: readonly Value[], b: readonly Value[], set: boolean): boolean {
  if (a.length !== b.length) return false;
  if (!set) return a.every((item, index) => item === b[index]);
  const left = a.map(String).sort();
  const right = b.map(String).sort();
  return left.every((item, index) => item === right[index]);
}

/** The existing item that each wanted one refers to: see {@link pairBy}. */
export const pairItems = (fields: Compiled, keys: Keys | undefined, want: readonly Values[], have: readonly Values[]): number[] =>
  pairBy(fields, keys, want, have, (part, whole) => within(fields, part, whole));
