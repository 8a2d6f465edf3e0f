import type { Difference, Item, Leaf, Pair } from "../compare.ts";
import { at, textAt, type Shown } from "../tree.ts";
import { bytesOf, formatBytes } from "../units.ts";
import { UNKNOWN } from "../../model/values.ts";
import { brief, sides } from "../values.ts";
import { contentWords } from "./contents.ts";

/** Number of parts that a sentence shows of one text; the details show all. */
const PARTS = 8;

/** `memory 4 GiB → 8 GiB`. */
export function leafPhrase(label: string, leaf: Leaf): string {
  const parts = leaf.after === UNKNOWN ? [] : contentWords(leaf.before, leaf.after);
  if (parts.length > 0)
    return `${label}: ${parts.slice(0, PARTS).join("; ")}${parts.length > PARTS ? ` and ${parts.length - PARTS} more` : ""}`;
  const [before, after] = sides(leaf);
  if (before !== null && typeof before !== "object" && after !== null && typeof after !== "object") {
    if (`${before}${after}`.includes("\n")) return `${label} changed`;
  }
  if (brief(before) === brief(after)) return `${label} changed`;
  return leaf.before === null
    ? `${label} set to ${brief(after)}`
    : leaf.after === null
      ? `${label} ${brief(before)} removed`
      : `${label} ${brief(before)} → ${brief(after)}`;
}

/** `cpu_tune.emulator_period` as words: `cpu tune emulator period`. */
export const wordsOf = (path: string): string =>
  path
    .replaceAll(/[._]/g, " ")
    .replaceAll(/\[(\w+)\]/g, " $1")
    .trim();

/** Requested changes: neither determined by the provider, nor part of an item. */
export const wished = (leaves: readonly Leaf[]): readonly Leaf[] => leaves.filter((leaf) => !leaf.computed);

/** A size in a state, with its sibling unit. */
export function sizeAt(side: Shown, name: string, fallback: string): string | undefined {
  const amount = at(side, name);
  if (typeof amount !== "number") return undefined;
  const bytes = bytesOf(amount, textAt(side, `${name}_unit`) ?? fallback);
  return bytes === undefined ? undefined : formatBytes(bytes);
}

export function listed(parts: readonly string[], most = 5): string {
  return parts.length > most ? `${parts.slice(0, most).join(", ")} and ${parts.length - most} more` : parts.join(", ");
}

/** One phrase of a change, with its class from the table. */
export interface Phrase {
  readonly text: string;
  readonly change: Leaf["change"];
  /** The attribute alone, for the line that gives the reason for a restart. */
  readonly short: string;
}

/** Special phrases for an item's attributes and items; `undefined` falls back to the general ones. */
type ItemWords = (item: Item) => Phrase | undefined;
type PairWords = (pair: Pair) => Phrase[] | undefined;
export interface Words {
  readonly label: (kind: string) => string;
  readonly item?: ItemWords;
  readonly pair?: PairWords;
  readonly skip?: (kind: string) => boolean;
}

/** A difference as phrases: special ones where the resource type defines them, else attribute by attribute. */
export function phrasesOf(difference: Difference, words: Words, prefix = "", under = ""): Phrase[] {
  const { label, item: itemWords, pair: pairWords, skip } = words;
  const inside = (kind: string): string => label(under === "" ? kind : kind.slice(under.length + 1));
  const named = (text: string): string => (prefix === "" ? text : `${prefix}: ${text}`);
  const own = wished(difference.own)
    .filter((leaf) => skip?.(leaf.kind) !== true)
    .map((leaf) => ({
      text: named(leafPhrase(inside(leaf.kind), leaf)),
      change: leaf.change,
      short: `${prefix} ${inside(leaf.kind)}`.trim(),
    }));
  const items = difference.items.map((item) => {
    const special = itemWords?.(item);
    if (special) return special;
    const name = `${singular(inside(item.kind))} ${item.key}`;
    return { text: named(`${name} ${item.action}`), change: item.change, short: `${prefix} ${name}`.trim() };
  });
  const pairs = difference.pairs.flatMap((pair) => {
    const name = `${singular(inside(pair.kind))} ${pair.key}`;
    return pairWords?.(pair) ?? phrasesOf(pair.difference, words, `${prefix} ${name}`.trim(), pair.kind);
  });
  return [...own, ...items, ...pairs];
}

const singular = (noun: string): string =>
  noun
    .replace(/(sse|she)s$/, "$1")
    .replace(/([^su])s$/, "$1")
    .replace(/ies$/, "y");
