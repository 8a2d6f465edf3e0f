import type { Fields, Table } from "../../model/table.ts";
import { isList, isValues, UNKNOWN, type Value, type Values } from "../../model/values.ts";
import { compile, type Compiled, type Node } from "./compile.ts";
import { fieldsOf, type Mutable } from "./read.ts";
import { isEmpty, pairItems, sameNumber, sameValue } from "./same.ts";

/**
 * What libvirt keeps in the place of what it was told, where that is something else: a default that it leaves out
 * (`trunk="no"`), a number of its own. By place in the state, names and indices of list items, with `=` at the end:
 * `{ vlan: { trunk: { "=": "null" } } }`. As long as libvirt keeps just that, nobody has changed it.
 */
export type Kept = Values;

/** @param actual what libvirt has right after it was told `values` */
export function keptInstead(of: Table | Fields, values: Values, actual: Values): Kept | null {
  return fieldsKept(compile(fieldsOf(of)), values, actual) ?? null;
}

/** What is known of one attribute, or of one list item. */
export function keptAt(kept: Kept | undefined, step: string | number): Kept | undefined {
  const found = kept?.[step];
  return isValues(found) ? found : undefined;
}

/** Whether libvirt has at this place what it had right after it was told the value of the state. */
export const isKept = (kept: Kept | undefined, node: Node, actual: Values): boolean =>
  kept !== undefined && kept["="] === markOf(node, actual);

/** Whether libvirt left the list item out right away. */
export const isLeftOut = (kept: Kept | undefined): boolean => kept?.["="] === NOTHING;

const NOTHING = "null";

const markOf = ({ name, unit }: Node, actual: Values): string => {
  const there = actual[name] ?? null;
  return JSON.stringify(unit === undefined || there === null ? there : [there, actual[unit] ?? null]);
};

function fieldsKept(fields: Compiled, values: Values, actual: Values): Kept | undefined {
  let found: Mutable | undefined;
  for (const node of fields.nodes) {
    const kept = nodeKept(node, values, actual);
    if (kept !== undefined) (found ??= {})[node.name] = kept;
  }
  return found;
}

function nodeKept(node: Node, values: Values, actual: Values): Kept | undefined {
  const { field, inner, name } = node;
  const value = values[name] ?? null;
  const there = actual[name] ?? null;
  if (value === null || value === UNKNOWN || node.at === undefined || node.unitOf !== undefined) return undefined;
  // libvirt alone decides it, or does not tell it.
  if (node.readOnly || field.sensitive === true) return undefined;
  if (inner !== undefined && isValues(value)) {
    if (isValues(there)) return fieldsKept(inner, value, there);
    return isEmpty(value) || inner.beside ? undefined : { "=": NOTHING };
  }
  if (inner !== undefined && isList(value)) return itemsKept(node, inner, value, isList(there) ? there : []);
  const same =
    node.unit !== undefined && field.kind === "integer" ? sameNumber(field, values, actual, name) : sameValue(field, value, there);
  return same ? undefined : { "=": markOf(node, actual) };
}

function itemsKept(node: Node, inner: Compiled, value: readonly Value[], there: readonly Value[]): Kept | undefined {
  const items = value.filter(isValues);
  const have = there.filter(isValues);
  const pairs = pairItems(inner, node.keys, items, have);
  let found: Mutable | undefined;
  items.forEach((item, index) => {
    const match = have[pairs[index] ?? -1];
    const kept = match === undefined ? { "=": NOTHING } : fieldsKept(inner, item, match);
    if (kept !== undefined) (found ??= {})[index] = kept;
  });
  return found;
}

export interface Replaced {
  readonly path: readonly (string | number)[];
  /** JSON of the configured value. */
  readonly told: string;
  /** JSON of libvirt's; a number that has a unit comes with it. */
  readonly has: string;
}

/** Where libvirt has another value, and not merely none. */
export function replacedValues(value: Value | undefined, kept: Kept, path: Replaced["path"] = []): Replaced[] {
  const mark = kept["="];
  if (typeof mark === "string") return mark === NOTHING ? [] : [{ path, told: JSON.stringify(value), has: mark }];
  return Object.entries(kept).flatMap(([step, below]) => {
    if (!isValues(below)) return [];
    if (isList(value)) return replacedValues(value[Number(step)], below, [...path, Number(step)]);
    return isValues(value) ? replacedValues(value[step], below, [...path, step]) : [];
  });
}
