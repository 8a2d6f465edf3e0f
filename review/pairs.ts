import { compile, keysOf } from "../attributes/compile.ts";
import { pairItems } from "../attributes/equality.ts";
import { identityOf } from "../attributes/identity.ts";
import { keyOf } from "../attributes/names.ts";
import type { ListField } from "../model/table.ts";
import type { Value, Values } from "../model/values.ts";
import { Masked } from "./masked.ts";
import { isItems, isTree, same, type Shown } from "./tree.ts";

/** An item before and after; `null` where it does not exist. */
interface ItemPair {
  readonly b: Shown;
  readonly a: Shown;
  /** What identifies it, else its number, from 1. */
  readonly key: string;
  /** The same for a name: empty if it is the only item. */
  readonly called: string;
}

interface Pairs {
  readonly items: readonly ItemPair[];
  /** Whether items changed places in a list whose order matters. */
  readonly reordered: boolean;
}

/** Pairs items: as the provider does if a table describes them; else by equality, then by position. */
export function pairs(before: readonly Shown[], after: readonly Shown[], field: ListField | undefined): Pairs {
  const found =
    field === undefined
      ? byPlace(before, after)
      : pairItems(compile(field.fields), keysOf(field), after.map(digested), before.map(digested));
  const identity = (item: Shown): string | undefined =>
    identityOf(
      field,
      valuesOf(item, () => null),
    );
  const called = (item: Shown, index: number): string => keyOf(identity(item), index, before, after);
  const changed = before.map((b, index): ItemPair => {
    const other = found.indexOf(index);
    const a = after[other] ?? null;
    return { b, a, key: identity(b) ?? String(index + 1), called: a === null ? called(b, index) : called(a, other) };
  });
  const added = after.flatMap((a, index): ItemPair[] =>
    found[index] === -1 ? [{ b: null, a, key: identity(a) ?? String(index + 1), called: called(a, index) }] : [],
  );
  const isOrdered = field !== undefined && field.unordered !== true && field.key === undefined;
  return { items: [...changed, ...added], reordered: isOrdered && found.some((pair, index) => pair !== -1 && pair !== index) };
}

/** For each item after the change, its index before, or -1. */
function byPlace(before: readonly Shown[], after: readonly Shown[]): number[] {
  const free = new Set(before.keys());
  const take = (index: number | undefined): number => (index !== undefined && free.delete(index) ? index : -1);
  const found = after.map((item) => take([...free].find((index) => same(before[index] ?? null, item))));
  return found.map((pair, place) => (pair === -1 ? take(place) : pair));
}

/** An item as the provider has it, except for hidden values. */
const valuesOf = (item: Shown, hidden: (value: Masked) => Value): Values => {
  const plain = (value: Shown): Value => {
    if (value instanceof Masked) return hidden(value);
    if (isItems(value)) return value.map(plain);
    return isTree(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)])) : value;
  };
  return isTree(item) ? (plain(item) as Values) : {};
};

const digested = (item: Shown): Values => valuesOf(item, ({ digest }) => digest);
