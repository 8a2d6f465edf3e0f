import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair } from "yaml";
import type { PropPath } from "../model/schema-at.ts";

/** What a document has at a path. */
export interface Found {
  /** The value there, or of the nearest parent that exists. */
  readonly value: Node | undefined;
  /** The pair that holds it, unless it is a list's item. */
  readonly pair: Pair | undefined;
  /** How many steps of the path exist. */
  readonly depth: number;
}

/** Finds the nodes of a YAML document by path, through aliases and merges. */
export class Lookup {
  readonly #document: Document;
  readonly #indexes = new WeakMap<readonly Pair[], Map<string, Pair>>();

  constructor(document: Document) {
    this.#document = document;
  }

  find(path: PropPath): Found {
    let value = this.#resolve(this.#document.contents);
    let pair: Pair | undefined;
    for (const [depth, step] of path.entries()) {
      const next = isMap(value) ? this.#pairOf(value.items, step) : undefined;
      const item = isSeq(value) && typeof step === "number" ? value.items[step] : next?.value;
      if (next === undefined && item === undefined) return { value, pair, depth };
      pair = next;
      value = this.#resolve(item);
    }
    return { value, pair, depth: path.length };
  }

  /** The value at exactly this path. */
  valueAt(path: PropPath): Node | undefined {
    const { value, depth } = this.find(path);
    return depth === path.length ? value : undefined;
  }

  /** The pair with a key; the last if there are several, as in the data. */
  #pairOf(items: readonly Pair[], key: string | number): Pair | undefined {
    let index = this.#indexes.get(items);
    if (!index)
      this.#indexes.set(items, (index = new Map(items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair]] : [])))));
    const own = index.get(String(key));
    if (own) return own;
    for (const pair of items) {
      if (!isScalar(pair.key) || pair.key.source !== "<<") continue;
      const merged = this.#resolve(pair.value);
      for (const map of isSeq(merged) ? merged.items : [merged]) {
        const node = this.#resolve(map);
        const found = isMap(node) ? this.#pairOf(node.items, key) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }

  #resolve(node: unknown): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : ((node ?? undefined) as Node | undefined);
  }
}
