import { listed } from "../model/listed.ts";
import type { Review, ReviewedChange } from "../review/index.ts";
import type { Terminal } from "./terminal.ts";

/** Lists at most this many names, then the count. */
const NAMES = 10;

const GROUPS: readonly (readonly [title: string, style: "red" | "yellow", belongs: (change: ReviewedChange) => boolean])[] = [
  ["data lost for good", "red", ({ destroysData }) => destroysData !== undefined],
  ["deleted", "red", ({ effect }) => effect === "delete"],
  ["replaced", "red", ({ effect }) => effect === "replace"],
  ["stopped", "yellow", ({ effect }) => effect === "stop"],
  ["restarted", "yellow", ({ effect }) => effect === "restart"],
];

/** What plans remove, one line per kind, worst first: the user must see this before answering "yes". */
export function lossesOf(plans: readonly { readonly stack: { readonly name: string }; readonly review: Review }[]): readonly Loss[] {
  const all = plans.flatMap(({ stack, review }) =>
    review.changes.map((change) => ({ change, name: `${change.noun} ${change.name}${plans.length > 1 ? ` (${stack.name})` : ""}` })),
  );
  const told = new Set<ReviewedChange>();
  return GROUPS.flatMap(([title, style, belongs]) => {
    const names = all.flatMap(({ change, name }) => (!told.has(change) && belongs(change) && told.add(change) ? [name] : []));
    if (names.length === 0) return [];
    return [{ style, text: `${title}: ${listed(names, NAMES)}` }];
  });
}

interface Loss {
  readonly style: "red" | "yellow";
  readonly text: string;
}

export function showLosses(terminal: Terminal, plans: Parameters<typeof lossesOf>[0]): void {
  const losses = lossesOf(plans);
  if (losses.length > 0) terminal.say();
  for (const { style, text } of losses) terminal.say(terminal.style(style, text));
}
