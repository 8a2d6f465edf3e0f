/** A text that a later one replaces. Its short form then stays below the later one, folded. */
export interface Told {
  readonly head: string;
  /** What matters of it. */
  readonly short: string;
  /** The line of `short` that says when and from what it was made; it may change where nothing else does. */
  readonly made: string;
  readonly rest: string;
}

/** How many earlier ones stay at most. */
const MOST = 3;

/** Lines by which a later run finds the parts of a body; invisible. A review has none of its own: it escapes `<`. */
const REST = "\n<!-- cdkvm: rest -->\n";
const EARLIER = "\n<!-- cdkvm: earlier -->\n";
const ENTRY = "\n<!-- cdkvm: entry -->\n";
const shortOf = (made: string): string => `<!-- cdkvm: short of ${made.trim()} -->\n`;

/** A body that tells nothing of earlier ones. */
export const bodyOf = ({ head, short, made, rest }: Told): string =>
  `${head.trimEnd()}\n\n${shortOf(made)}${short.trim()}\n${REST}${rest.trim()}`;

/** The part of a body that is about the last one. */
export const newestIn = (body: string): string => body.split(EARLIER, 1)[0]?.trim() ?? "";

/** A body with the short forms of what the older body says, as far as they fit; the new text is never cut. */
export function withEarlier(told: Told, body: string, old: string, limit: number): string {
  const previous = shortIn(newestIn(old));
  const isNews = previous !== undefined && previous.short.replace(previous.made, "") !== told.short.trim().replace(told.made.trim(), "");
  const entries = [...(isNews ? [unboxed(previous.short)] : []), ...entriesIn(old)].slice(0, MOST);
  const texts = entries.map((_, index) => `${body}\n${folded(entries.slice(0, entries.length - index))}`);
  return texts.find((text) => text.length <= limit) ?? body;
}

function shortIn(body: string): { readonly made: string; readonly short: string } | undefined {
  const [, made, short] = /^<!-- cdkvm: short of (.*) -->\n([^]*?)\n<!-- cdkvm: rest -->$/m.exec(body) ?? [];
  return made === undefined || short === undefined ? undefined : { made, short: short.trim() };
}

/** Forges draw boxes such as `[!CAUTION]` at the top level only. */
const unboxed = (short: string): string => short.replaceAll(/^> \[!\w+\]\n/gm, "");

const folded = (entries: readonly string[]): string =>
  `${EARLIER}<details><summary>Earlier plans</summary>\n${entries.map((one) => `${ENTRY}${one}\n`).join("")}\n</details>`;

const entriesIn = (body: string): string[] =>
  (body.split(EARLIER)[1] ?? "")
    .trim()
    .replace(/<\/details>$/, "")
    .split(ENTRY)
    .slice(1)
    .map((one) => one.trim());
