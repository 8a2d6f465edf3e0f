import { fieldAt } from "../model/field-at.ts";
import type { Fields, ListField, Table } from "../model/table.ts";
import { type AttributePath, asText, isValues, type Value, type Values } from "../model/values.ts";
import { fieldsOf } from "./complete.ts";
import { compile, keysOf, type Compiled, type Node } from "./compile.ts";
import { normal } from "./normalize.ts";

/**
 * What identifies an item of a list, by the table's `key`: `vda`, `52:54:00:12:34:56`; several parts are separated by `/`.
 * Undefined if the list has no key, or the item sets none of its parts. Two items of one list can have the same: DIMMs of one model.
 */
export function identityOf(list: ListField | undefined, item: Values): string | undefined {
  if (list === undefined) return undefined;
  const fields = compile(list.fields);
  const parts = (keysOf(list) ?? []).flatMap((path) => keyAt(fields, item, path) ?? []);
  return parts.length === 0 ? undefined : parts.join("/");
}

/** The list at a path of names and indices: that of the item if the path ends at one. */
export function listAt(of: Table | Fields, path: AttributePath): ListField | undefined {
  const found = fieldAt(fieldsOf(of), path);
  return found?.kind === "list" ? found : undefined;
}

/** The key part at a path of an item, normalized; undefined if the item leaves it open. */
export function keyAt(fields: Compiled, item: Values, path: readonly string[]): string | undefined {
  let value: Value | undefined = item;
  let inner: Compiled | undefined = fields;
  let node: Node | undefined;
  for (const step of path) {
    if (step === "@variant")
      return inner?.alternatives.find(({ name }) => isValues(value) && value[name] != null && value[name] !== false)?.name;
    if (!isValues(value) || inner === undefined) return undefined;
    node = inner.byName.get(step);
    value = value[step];
    inner = node?.inner;
  }
  if (value === undefined || value === null || value === "" || typeof value === "object" || typeof value === "symbol") return undefined;
  return normal(node?.field.same, String(value));
}

/** The kind of an item: its alternative and its type, model, mode. */
export function kindOf(fields: Compiled, item: Values): string {
  const alternative = fields.alternatives.find(({ name }) => item[name] != null && item[name] !== false);
  return [alternative?.name ?? "", ...fields.kind.map(({ name }) => asText(item[name] ?? ""))].join(" ");
}
