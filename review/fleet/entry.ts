import { Own } from "../own.ts";
import type { Effect } from "../schema.ts";
import { foldNames } from "./fold.ts";

/** One thing that a reviewer must know, and where. */
export interface Entry {
  readonly text: string;
  readonly stacks: readonly string[];
  readonly effect?: Effect;
  /** All names that the text folds. */
  readonly names?: readonly string[];
}

/** An entry about one object, if it has a name. */
interface Named extends Entry {
  readonly name?: string | undefined;
}

/** Entries that differ only by a name become one: `n01 loses network lan; likewise n02 … n60`. */
export function likewise(entries: readonly Named[]): Entry[] {
  const likenessOf = ({ text, stacks, effect, name }: Named): unknown =>
    name === undefined ? Symbol(text) : JSON.stringify([new Own({ name }).marked(text), stacks, effect]);
  return [...Map.groupBy(entries, likenessOf).values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { name: _, ...entry } = first;
    const names = others.flatMap(({ name }) => name ?? []);
    return [names.length === 0 ? entry : { ...entry, text: `${entry.text}; likewise ${foldNames(names)}`, names }];
  });
}
