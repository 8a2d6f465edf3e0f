import { UNKNOWN } from "../model/values.ts";
import type { Difference, Item, Leaf, Pair } from "./difference.ts";
import type { Shown } from "./tree.ts";
import { brief, bytesIn, sides } from "./values.ts";
import { contentWords } from "./words/contents.ts";

/** One thing that a plan changes, or somebody changed; words/phrases.ts words it in either tense. */
export interface Phrase {
  readonly kind: "changed" | "added" | "removed" | "inserted" | "ejected" | "moved" | "grown" | "shrunk" | "recreated";
  readonly change: Leaf["change"];
  /** The item that changes, or that an attribute is in: `disk vda`. */
  readonly item?: string | undefined;
  /** `cache` */
  readonly attribute?: string | undefined;
  /** The value on each side. Both absent: it is not known or may not be shown. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** The same of a size. */
  readonly bytes?: readonly [before: number, after: number] | undefined;
  /** What may be shown of a free text: `user added: ops2`. */
  readonly parts?: readonly string[];
  /** More on an item: its volume, its network; of a volume that grows, the disk that it is. */
  readonly detail?: string | undefined;
  /** It grows under a running guest. */
  readonly online?: true;
}

/** Requested changes: neither determined by the provider, nor part of an item. */
export const wished = (leaves: readonly Leaf[]): readonly Leaf[] => leaves.filter((leaf) => !leaf.computed);

export function leafPhrase(leaf: Leaf): Phrase {
  const phrase = { kind: "changed", change: leaf.change, item: leaf.item, attribute: leaf.attribute } as const;
  const parts = leaf.after === UNKNOWN ? [] : contentWords(leaf.before, leaf.after);
  if (parts.length > 0) return { ...phrase, parts };
  const values = sides(leaf);
  const [before, after] = values.map(brief);
  const isLong = values.every((value) => value !== null && typeof value !== "object") && values.join("").includes("\n");
  if (isLong || before === after) return phrase;
  const [old, now] = bytesIn(leaf);
  return {
    ...phrase,
    ...(leaf.before === null ? {} : { before }),
    ...(leaf.after === null ? {} : { after }),
    ...(old === undefined || now === undefined ? {} : { bytes: [old, now] }),
  };
}

export const itemPhrase = ({ action, change, name }: Item, detail?: string): Phrase => ({ kind: action, change, item: name, detail });

/** What a kind of resource has its own phrases for; `undefined` falls back to the general ones. */
export interface Special {
  /** What an item is called, where its table's name says too little. */
  readonly name?: (list: string, value: Shown) => string | undefined;
  readonly item?: (item: Item) => Phrase | undefined;
  readonly pair?: (pair: Pair) => Phrase[] | undefined;
  readonly skip?: (kind: string) => boolean;
}

/** A difference as phrases, attribute by attribute. */
export function phrasesOf(difference: Difference, special: Special = {}, item?: string): Phrase[] {
  const { name, skip } = special;
  return [
    ...wished(difference.own)
      .filter(({ kind }) => skip?.(kind) !== true)
      .map((leaf) => leafPhrase(item === undefined ? leaf : { ...leaf, item })),
    ...difference.items.map((one) => special.item?.(one) ?? itemPhrase({ ...one, name: name?.(one.kind, one.value) ?? one.name })),
    ...difference.pairs.flatMap((pair) => special.pair?.(pair) ?? phrasesOf(pair.difference, special, name?.(pair.kind, pair.after))),
  ];
}
