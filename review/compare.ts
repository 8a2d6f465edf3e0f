import { compile, keysOf } from "../attributes/compile.ts";
import { pairItems } from "../attributes/equality.ts";
import { changeOf, isSameByDefault } from "../model/change.ts";
import type { ChangeClass, Field, Fields, IntegerField, ListField, Table } from "../model/table.ts";
import { UNKNOWN, type Value, type Values } from "../model/values.ts";
import { Masked } from "./masked.ts";
import { at, isItems, isTree, type Shown, type Tree } from "./tree.ts";
import { bytesOf } from "./units.ts";

/** One attribute that differs. */
export interface Leaf {
  /** Its path: `devices.disks[vda].driver.cache`. */
  readonly path: string;
  /** The same without the items' names: `devices.disks.driver.cache`. */
  readonly kind: string;
  readonly before: Shown;
  readonly after: Shown;
  /** From the table; `undefined` for a resource without one. */
  readonly change: ChangeClass | undefined;
  /** Only the provider sets it; or the configuration could, but leaves it open, and the value is not known yet. */
  readonly computed: boolean;
  /** The unit of the number on each side. */
  readonly units?: readonly [before: string, after: string];
}

/** One item that was added to or removed from a list. */
export interface Item {
  readonly action: "added" | "removed";
  /** The list: `devices.disks`. */
  readonly kind: string;
  /** What identifies the item; its number, from 1, if it has no name. */
  readonly key: string;
  readonly value: Shown;
  readonly change: ChangeClass | undefined;
}

/** An item that exists on both sides, and differs. */
export interface Pair {
  readonly kind: string;
  readonly key: string;
  readonly before: Shown;
  readonly after: Shown;
  readonly difference: Difference;
}

export interface Difference {
  readonly leaves: readonly Leaf[];
  readonly items: readonly Item[];
  readonly pairs: readonly Pair[];
  /** Leaves that are not part of an added, removed or changed item. */
  readonly own: readonly Leaf[];
}

interface Place {
  readonly path: string;
  readonly kind: string;
  readonly change: ChangeClass | undefined;
  readonly computed: boolean;
  /** Inside an item that is added or removed as a whole: the list's class applies, not the attribute's. */
  readonly whole?: true;
  /** The enclosing structures, for units. */
  readonly siblings?: readonly [Tree | undefined, Tree | undefined];
}

export interface CompareOptions {
  /** The attributes (`devices.disks.target`) that require replacement according to the provider. */
  readonly replacing?: readonly string[];
  /** Whether the configuration may set something below a top-level attribute to an unknown value. @default it may */
  readonly mayConfigure?: (attribute: string) => boolean;
}

interface Found extends Required<CompareOptions> {
  leaves: Leaf[];
  items: Item[];
  pairs: Pair[];
  own: Leaf[];
}

/** All differences between two states, with the table's information on each attribute. */
export function compare(before: Shown, after: Shown, table: Table | undefined, options: CompareOptions = {}): Difference {
  const found: Found = { leaves: [], items: [], pairs: [], own: [], replacing: [], mayConfigure: () => true, ...options };
  walkFields(before, after, table?.fields, { path: "", kind: "", change: table?.change, computed: false }, found);
  return found;
}

function same(a: Shown, b: Shown): boolean {
  if (a === b) return a !== UNKNOWN;
  if (a instanceof Masked || b instanceof Masked) return a instanceof Masked && b instanceof Masked && a.digest === b.digest;
  if (isItems(a)) return isItems(b) && a.length === b.length && a.every((item, index) => same(item, b[index] ?? null));
  if (!isTree(a) || !isTree(b)) return false;
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(at(a, name), at(b, name)));
}

function walkFields(before: Shown, after: Shown, fields: Fields | undefined, place: Place, found: Found): void {
  const sides = [isTree(before) ? before : undefined, isTree(after) ? after : undefined] as const;
  const known = fields ? Object.keys(fields) : [];
  const names = new Set([...known, ...Object.keys(sides[0] ?? {}), ...Object.keys(sides[1] ?? {})]);
  const units = new Map(known.flatMap((name) => unitOf(fields?.[name], name)));
  for (const name of names) {
    const b = at(before, name);
    const a = after === UNKNOWN ? UNKNOWN : at(after, name);
    if ((b === null && a === null) || same(b, a)) continue;
    if (after === UNKNOWN && b === null) continue;
    const number = units.get(name);
    if (number !== undefined && (at(before, number) !== null || at(after, number) !== null)) continue;
    const field = fields?.[name];
    walk(
      b,
      a,
      field,
      {
        path: place.path === "" ? name : `${place.path}.${name}`,
        kind: place.kind === "" ? name : `${place.kind}.${name}`,
        change: place.whole ? place.change : isSameByDefault(field, b, a) ? "none" : changeOf(field, place.change, before, after),
        computed: place.computed || isComputed(field, a, place.path === "" ? name : place.path, found),
        ...(place.whole ? { whole: true as const } : {}),
        siblings: sides,
      },
      found,
    );
  }
  // the number stays but its unit changes
  for (const [unit, number] of units) {
    const field = fields?.[number];
    const b = at(before, number);
    if (b === null || !same(b, at(after, number)) || same(at(before, unit), at(after, unit))) continue;
    const path = place.path === "" ? number : `${place.path}.${number}`;
    const kind = place.kind === "" ? number : `${place.kind}.${number}`;
    walk(
      b,
      at(after, number),
      field,
      { path, kind, change: field?.change ?? place.change, computed: place.computed, siblings: sides },
      found,
    );
  }
}

const isComputed = (field: Field | undefined, after: Shown, path: string, { mayConfigure }: Found): boolean =>
  field?.computed === true && (field.optional !== true || (after === UNKNOWN && !mayConfigure(path.split(/[.[]/, 1)[0] ?? "")));

const unitOf = (field: Field | undefined, name: string): [unit: string, number: string][] =>
  field?.kind === "integer" && field.unit !== undefined ? [[field.unit, name]] : [];

function walk(before: Shown, after: Shown, field: Field | undefined, place: Place, found: Found): void {
  if (after === UNKNOWN && !isTree(before)) return push({ ...place, before, after }, found);
  const both: readonly Shown[] = [before, after];
  const items = both.some((side) => isItems(side) && side.some((item) => isTree(item) || item === UNKNOWN));
  if (field?.kind === "list" || items) return walkItems(before, after, field?.kind === "list" ? field : undefined, place, found);
  if (isTree(before) || isTree(after)) {
    const fields = field?.kind === "group" ? field.fields : undefined;
    const count = found.leaves.length;
    walkFields(before, after, fields, place, found);
    // an empty structure that is added or removed: `{}` selects an alternative
    if (found.leaves.length === count && (before === null || after === null))
      push({ ...place, before: isTree(before) ? "set" : null, after: isTree(after) ? "set" : null }, found);
    return;
  }
  const units = field?.kind === "integer" ? unitsOf(field, place) : undefined;
  if (units && typeof before === "number" && typeof after === "number") {
    const bytes = [bytesOf(before, units[0]), bytesOf(after, units[1])];
    if (bytes[0] !== undefined && bytes[0] === bytes[1]) return;
  }
  push({ ...place, before, after, ...(units ? { units } : {}) }, found);
}

function unitsOf(field: IntegerField, place: Place): readonly [string, string] | undefined {
  const unit = field.unit;
  if (unit === undefined) return undefined;
  const of = (side: Tree | undefined): string => {
    const value = at(side, unit);
    return typeof value === "string" ? value : (field.unitDefault ?? "bytes");
  };
  return [of(place.siblings?.[0]), of(place.siblings?.[1])];
}

function push(leaf: Place & Pick<Leaf, "before" | "after" | "units">, found: Found): void {
  const { path, kind, before, after, computed, units } = leaf;
  const forced = found.replacing.some((one) => kind === one || kind.startsWith(`${one}.`));
  const change = forced ? "replace" : leaf.change;
  const result: Leaf = { path, kind, before, after, change, computed, ...(units ? { units } : {}) };
  found.leaves.push(result);
  found.own.push(result);
}

function walkItems(before: Shown, after: Shown, field: ListField | undefined, place: Place, found: Found): void {
  if (after === UNKNOWN) return push({ ...place, before: isItems(before) ? `${before.length} items` : null, after }, found);
  for (const { b, a, key } of matched(isItems(before) ? before : [], isItems(after) ? after : [], field)) {
    if (same(b, a)) continue;
    const whole = place.whole === true || b === null || a === null;
    const inner: Place = {
      path: `${place.path}[${key}]`,
      kind: place.kind,
      change: place.change,
      computed: place.computed,
      ...(whole ? { whole: true as const } : {}),
    };
    const difference: Found = { ...found, leaves: [], items: [], pairs: [], own: [] };
    if (isTree(b) || isTree(a)) walkFields(b, a, field?.fields, inner, difference);
    else push({ ...inner, before: b, after: a }, difference);
    found.leaves.push(...difference.leaves);
    if (b === null) found.items.push({ action: "added", kind: place.kind, key, value: a, change: place.change });
    else if (a === null) found.items.push({ action: "removed", kind: place.kind, key, value: b, change: place.change });
    else if (difference.leaves.length + difference.items.length > 0)
      found.pairs.push({ kind: place.kind, key, before: b, after: a, difference });
  }
}

interface Match {
  readonly b: Shown;
  readonly a: Shown;
  readonly key: string;
}

/** Pairs items: as the provider does if a table identifies them; else by equality, then by position. */
function matched(before: readonly Shown[], after: readonly Shown[], field: ListField | undefined): Match[] {
  const pairs =
    field === undefined
      ? pairsByPlace(before, after)
      : pairItems(compile(field.fields), keysOf(field), after.map(valuesOf), before.map(valuesOf));
  const keyFor = (item: Shown, index: number): string => nameOf(item, field?.key ?? []) ?? String(index + 1);
  const result: Match[] = before.map((item, index) => {
    const other = pairs.indexOf(index);
    return { b: item, a: after[other] ?? null, key: keyFor(item, index) };
  });
  after.forEach((item, index) => {
    if (pairs[index] === -1) result.push({ b: null, a: item, key: keyFor(item, index) });
  });
  return result;
}

/** For each item after the change, its index before, or -1. */
function pairsByPlace(before: readonly Shown[], after: readonly Shown[]): number[] {
  const free = new Set(before.keys());
  const take = (index: number | undefined): number => (index !== undefined && free.delete(index) ? index : -1);
  const pairs = after.map((item) => take([...free].find((index) => same(before[index] ?? null, item))));
  return pairs.map((pair, place) => (pair === -1 ? take(place) : pair));
}

/** An item as the provider has it; hidden values are replaced by a digest that identifies them. */
const valuesOf = (item: Shown): Values => {
  const plain = (value: Shown): Value => {
    if (value instanceof Masked) return value.digest;
    if (isItems(value)) return value.map(plain);
    return isTree(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)])) : value;
  };
  return isTree(item) ? (plain(item) as Values) : {};
};

/** The name of an item; `@variant` stands for the alternative that it uses. */
function nameOf(item: Shown, keys: readonly string[]): string | undefined {
  const parts = keys.map((key) => {
    if (key === "@variant") return isTree(item) ? Object.keys(item).find((name) => at(item, name) !== null) : undefined;
    const value = at(item, ...key.split("."));
    return typeof value === "string" || typeof value === "number" ? String(value).toLowerCase() : undefined;
  });
  const found = parts.filter((part) => part !== undefined);
  return found.length > 0 ? found.join("/") : undefined;
}
