import type { Node } from "yaml";
import type { PropPath } from "../model/schema-at.ts";
import type { Lookup } from "./lookup.ts";
import type { Range, SourceText } from "./text.ts";

/** What of an entry a problem concerns. */
export type Part = "value" | "key";

/** The range of the value at a path, or of its key. If the path does not exist, that of the nearest parent's key. */
export function rangeAt(text: SourceText, lookup: Lookup, path: PropPath, part: Part): Range {
  const { value, pair, depth } = lookup.find(path);
  if (depth === 0 && path.length > 0) return [0, 0];
  const isValue = pair === undefined || (depth === path.length && part === "value");
  return text.rangeOf((isValue ? value : undefined) ?? (pair?.key as Node | undefined));
}
