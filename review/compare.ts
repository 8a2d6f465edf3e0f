import { attributeName, itemName, type ItemName } from "../attributes/names.ts";
import { changeOf, isSameByDefault } from "../model/change.ts";
import type { ChangeClass, Field, Fields, IntegerField, ListField, Table } from "../model/table.ts";
import { UNKNOWN } from "../model/values.ts";
import type { Difference, Item, Leaf, Pair } from "./difference.ts";
import { pairs } from "./pairs.ts";
import { at, isItems, isTree, same, type Shown, type Tree } from "./tree.ts";
import { bytesOf } from "./units.ts";

interface Place {
  readonly path: string;
  readonly kind: string;
  readonly item?: ItemName;
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
  readonly type: string;
  readonly sides: readonly Shown[];
  leaves: Leaf[];
  items: Item[];
  pairs: Pair[];
  own: Leaf[];
}

/** All differences between two states, with the table's information on each attribute. */
export function compare(before: Shown, after: Shown, table: Table | undefined, options: CompareOptions = {}): Difference {
  const empty = { leaves: [], items: [], pairs: [], own: [] };
  const found: Found = { ...empty, type: table?.type ?? "", sides: [before, after], replacing: [], mayConfigure: () => true, ...options };
  walkFields(before, after, table?.fields, { path: "", kind: "", change: table?.change, computed: false }, found);
  return found;
}

function walkFields(before: Shown, after: Shown, fields: Fields | undefined, place: Place, found: Found): void {
  const siblings = [isTree(before) ? before : undefined, isTree(after) ? after : undefined] as const;
  const known = fields ? Object.keys(fields) : [];
  const names = new Set([...known, ...Object.keys(siblings[0] ?? {}), ...Object.keys(siblings[1] ?? {})]);
  const units = new Map(known.flatMap((name) => unitOf(fields?.[name], name)));
  // without the structure, its default does not apply: no <forward/> is not <forward mode="nat"/>
  const isBoth = siblings.every((side) => side !== undefined);
  const inner = (name: string, b: Shown, a: Shown): Place => {
    const field = fields?.[name];
    const path = place.path === "" ? name : `${place.path}.${name}`;
    return {
      ...place,
      path,
      kind: place.kind === "" ? name : `${place.kind}.${name}`,
      change: place.whole ? place.change : isBoth && isSameByDefault(field, b, a) ? "none" : changeOf(field, place.change, before, after),
      computed: place.computed || isComputed(field, a, path, found),
      siblings,
    };
  };
  for (const name of names) {
    const b = at(before, name);
    const a = after === UNKNOWN ? UNKNOWN : at(after, name);
    if ((b === null && a === null) || same(b, a)) continue;
    if (after === UNKNOWN && b === null) continue;
    const number = units.get(name);
    if (number !== undefined && (at(before, number) !== null || at(after, number) !== null)) continue;
    walk(b, a, fields?.[name], inner(name, b, a), found);
  }
  // the number stays but its unit changes
  for (const [unit, number] of units) {
    const b = at(before, number);
    const a = at(after, number);
    if (b === null || !same(b, a) || same(at(before, unit), at(after, unit))) continue;
    walk(b, a, fields?.[number], { ...inner(number, b, a), change: fields?.[number]?.change ?? place.change }, found);
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
    const count = countOf(found);
    walkFields(before, after, fields, place, found);
    // an empty structure that is added or removed: `{}` selects an alternative
    if (countOf(found) === count && (before === null || after === null))
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
  const { path, kind, item, before, after, computed, units } = leaf;
  const forced = found.replacing.some((one) => kind === one || kind.startsWith(`${one}.`));
  const result: Leaf = {
    path,
    kind,
    ...(item && { item: item.name }),
    attribute: attributeName(found.type, kind, item, found.sides),
    before,
    after,
    change: forced ? "replace" : leaf.change,
    computed,
    ...(units ? { units } : {}),
  };
  found.leaves.push(result);
  found.own.push(result);
}

function walkItems(before: Shown, after: Shown, field: ListField | undefined, place: Place, found: Found): void {
  if (after === UNKNOWN) return push({ ...place, before: isItems(before) ? `${before.length} items` : null, after }, found);
  const { kind, change } = place;
  const { items, reordered } = pairs(isItems(before) ? before : [], isItems(after) ? after : [], field);
  const count = countOf(found);
  for (const { b, a, key, called } of items) {
    if (same(b, a)) continue;
    const whole = place.whole === true || b === null || a === null;
    const item = itemName(kind, a ?? b, called, place.item);
    const { name } = item;
    const inner: Place = {
      path: `${place.path}[${key}]`,
      kind,
      item,
      change,
      computed: place.computed,
      ...(whole ? { whole: true as const } : {}),
    };
    const difference: Found = { ...found, leaves: [], items: [], pairs: [], own: [] };
    if (isTree(b) || isTree(a)) walkFields(b, a, field?.fields, inner, difference);
    else push({ ...inner, before: b, after: a }, difference);
    found.leaves.push(...difference.leaves);
    if (b === null) found.items.push({ action: "added", kind, name, value: a, change });
    else if (a === null) found.items.push({ action: "removed", kind, name, value: b, change });
    else if (difference.leaves.length + difference.items.length > 0) found.pairs.push({ kind, name, before: b, after: a, difference });
  }
  if (reordered && countOf(found) === count) push({ ...place, before, after }, found);
}

const countOf = ({ leaves, items, pairs: changed }: Difference): number => leaves.length + items.length + changed.length;
