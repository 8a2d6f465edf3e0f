import type { Fields, Table } from "../model/table.ts";
import { type AttributePath, isList, isValues, UNKNOWN, type Value, type Values } from "../model/values.ts";
import { compile, tellsDrift, type Compiled, type Node } from "./compile.ts";
import { fieldsOf, type Mutable } from "./complete.ts";
import { isEmpty, pairItems, sameNumber, sameValue } from "./equality.ts";

/**
 * What libvirt keeps instead of the configured values, if different: a default that it omits (`trunk="no"`), a number of its own.
 * Keyed by path in the state, names and indices of list items, ending in `=`: `{ vlan: { trunk: { "=": "null" } } }`. While libvirt
 * keeps exactly that, nobody has changed it.
 */
export type Kept = Values;

/**
 * @param actual what libvirt has right after receiving `values`
 * @param open what open values were at import, for those that drift would show; `all` at import itself
 */
export function keptInstead(of: Table | Fields, values: Values, actual: Values, open?: Kept | "all"): Kept | null {
  return fieldsKept(compile(fieldsOf(of)), values, actual, open) ?? null;
}

/** What is kept for one attribute, or for one list item. */
export function keptAt(kept: Kept | undefined, step: string | number): Kept | undefined {
  const found = kept?.[step];
  return isValues(found) ? found : undefined;
}

/** Whether libvirt still has the value that it kept right after receiving the state's value. */
export const isKept = (kept: Kept | undefined, node: Node, actual: Values): boolean =>
  kept !== undefined && kept["="] === markOf(node, actual);

/** Whether libvirt dropped the list item from the start. */
export const isLeftOut = (kept: Kept | undefined): boolean => kept?.["="] === NOTHING;

const NOTHING = "null";

const markOf = ({ name, unit }: Node, actual: Values): string => {
  const there = actual[name] ?? null;
  return JSON.stringify(unit === undefined || there === null ? there : [there, actual[unit] ?? null]);
};

type Open = Kept | "all" | undefined;
const openAt = (open: Open, step: string | number): Open => (open === "all" ? open : keptAt(open, step));

function fieldsKept(fields: Compiled, values: Values, actual: Values, open: Open): Kept | undefined {
  let found: Mutable | undefined;
  for (const node of fields.nodes) {
    const kept = nodeKept(node, values, actual, openAt(open, node.name));
    if (kept !== undefined) (found ??= {})[node.name] = kept;
  }
  return found;
}

function nodeKept(node: Node, values: Values, actual: Values, open: Open): Kept | undefined {
  const { field, inner, name } = node;
  const value = values[name] ?? null;
  const there = actual[name] ?? null;
  if (value === UNKNOWN || node.at === undefined || node.unitOf !== undefined) return undefined;
  if (value === null) return openKept(node, actual, open);
  // Only libvirt decides it, or libvirt does not report it.
  if (node.readOnly || field.sensitive === true) return undefined;
  if (inner !== undefined && isValues(value)) {
    if (isValues(there)) return fieldsKept(inner, value, there, open);
    return isEmpty(value) || inner.beside ? undefined : { "=": NOTHING };
  }
  if (inner !== undefined && isList(value)) return itemsKept(node, inner, value, isList(there) ? there : [], open);
  const same =
    node.unit !== undefined && field.kind === "integer" ? sameNumber(field, values, actual, name) : sameValue(field, value, there);
  return same ? undefined : { "=": markOf(node, actual) };
}

/** A value left open that existed before cdkvm: it stays while nobody changes it. */
function openKept(node: Node, actual: Values, open: Open): Kept | undefined {
  const there = actual[node.name] ?? null;
  if (open === undefined || isEmpty(there) || node.computed || node.field.sensitive === true) return undefined;
  if (node.inner !== undefined && isValues(there)) return fieldsKept(node.inner, {}, there, open);
  if (node.field.kind === "list" && !tellsDrift(node.field)) return undefined;
  return open === "all" || isKept(open, node, actual) ? { "=": markOf(node, actual) } : undefined;
}

function itemsKept(node: Node, inner: Compiled, value: readonly Value[], there: readonly Value[], open: Open): Kept | undefined {
  const items = value.filter(isValues);
  const have = there.filter(isValues);
  const pairs = pairItems(inner, node.keys, items, have);
  let found: Mutable | undefined;
  items.forEach((item, index) => {
    const match = have[pairs[index] ?? -1];
    const kept = match === undefined ? { "=": NOTHING } : fieldsKept(inner, item, match, openAt(open, index));
    if (kept !== undefined) (found ??= {})[index] = kept;
  });
  return found;
}

export interface Replaced {
  readonly path: AttributePath;
  /** JSON of the configured value. */
  readonly told: string;
  /** JSON of libvirt's value; a number with a unit includes it. */
  readonly has: string;
}

/** Where libvirt has a different value, not merely none. */
export function replacedValues(value: Value | undefined, kept: Kept, path: Replaced["path"] = []): Replaced[] {
  if (value === null || value === undefined) return [];
  const mark = kept["="];
  if (typeof mark === "string") return mark === NOTHING ? [] : [{ path, told: JSON.stringify(value), has: mark }];
  return Object.entries(kept).flatMap(([step, below]) => {
    if (!isValues(below)) return [];
    if (isList(value)) return replacedValues(value[Number(step)], below, [...path, Number(step)]);
    return isValues(value) ? replacedValues(value[step], below, [...path, step]) : [];
  });
}
