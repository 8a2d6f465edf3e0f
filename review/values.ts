import { UNKNOWN } from "../model/values.ts";
import type { Leaf } from "./difference.ts";
import type { ReviewedAttribute } from "./schema.ts";
import { Masked, SENSITIVE, SENSITIVE_CHANGED } from "./masked.ts";
import { isItems, isTree, type Shown } from "./tree.ts";
import { bytesOf, formatGrowth } from "./units.ts";
import { contentWords } from "./words/contents.ts";

export const KNOWN_LATER = "(known after apply)";
const LONGEST = 60;

type Plain = ReviewedAttribute["before"];

const one = (value: Shown): string | number | boolean | null => {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === UNKNOWN) return KNOWN_LATER;
  if (value instanceof Masked) return SENSITIVE;
  if (isItems(value)) return value.map((item) => String(one(item))).join(", ");
  if (!isTree(value)) return null;
  const set = Object.entries(value).filter(([, item]) => item !== null);
  const [only] = set;
  return only !== undefined && set.length === 1 ? one(only[1]) : set.map(([name, item]) => `${name}: ${one(item)}`).join(", ");
};

/** A value as data. */
export const plain = (value: Shown): Plain => (isItems(value) ? value.map(one) : one(value));

/** Both sides of a size, in bytes; `undefined` where there is none. */
export function bytesIn({ before, after, units }: Leaf): readonly [before: number | undefined, after: number | undefined] {
  const of = (side: Shown, unit: string | undefined): number | undefined =>
    typeof side === "number" && unit !== undefined ? bytesOf(side, unit) : undefined;
  return [of(before, units?.[0]), of(after, units?.[1])];
}

/** Both sides of a leaf, sizes with their unit. */
export function sides(leaf: Leaf): readonly [before: Plain, after: Plain] {
  const { before, after, units } = leaf;
  if (units) {
    const bytes = bytesIn(leaf);
    const texts = formatGrowth(bytes[0] ?? bytes[1] ?? 0, bytes[1] ?? bytes[0] ?? 0);
    return [bytes[0] === undefined ? plain(before) : texts[0], bytes[1] === undefined ? plain(after) : texts[1]];
  }
  if (before instanceof Masked && after instanceof Masked && before.digest !== after.digest) return [SENSITIVE, SENSITIVE_CHANGED];
  return [plain(before), plain(after)];
}

export function attributeOf(leaf: Leaf): ReviewedAttribute {
  const [before, after] = sides(leaf);
  const changes = contentWords(leaf.before, leaf.after);
  const lines = [before, after].some((value) => typeof value === "string" && value.includes("\n"));
  return {
    path: leaf.path,
    before,
    after,
    ...(leaf.change === undefined ? {} : { change: leaf.change }),
    ...(leaf.before instanceof Masked || leaf.after instanceof Masked ? { sensitive: true as const } : {}),
    ...(leaf.after === UNKNOWN ? { unknown: true as const } : {}),
    ...(lines ? { text: true as const } : {}),
    ...(changes.length > 0 ? { changes } : {}),
  };
}

/** A value inside a sentence: on one line, truncated if long. */
export function brief(value: Plain): string {
  if (value === null) return "unset";
  if (value === true) return "on";
  if (value === false) return "off";
  const text = (Array.isArray(value) ? value.map(String).join(", ") : String(value)).replaceAll(/\s+/g, " ").trim();
  if (text === "") return '""';
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
