import { countsOf } from "../outline.ts";
import { foldNames } from "./fold.ts";
import type { FleetReview } from "./schema.ts";

/** The head and a row for each host; and the total, unless one host is all. */
export function countTable({
  byHost,
  counts,
  stacks,
}: FleetReview): readonly [head: readonly string[], ...rows: readonly (readonly string[])[]] {
  const all = { host: "", stacks: ["all"], counts };
  const [only, ...others] = byHost;
  const isWhole = only !== undefined && others.length === 0 && only.stacks.length === stacks.length;
  const rows = isWhole ? [only] : [...byHost, all];
  const labels = countsOf({ counts }).map(({ label }) => label);
  const cells = rows.map((row) => {
    const own = new Map(countsOf(row).map(({ label, count }) => [label, count]));
    return [hostWord(row), ...labels.map((label) => String(own.get(label) ?? 0))];
  });
  return [["host", ...labels], ...cells];
}

/** The host's name, else that of its stacks: a URI without a host means another machine for each reader. */
const hostWord = ({ host, stacks }: { readonly host: string; readonly stacks: readonly string[] }): string =>
  (URL.canParse(host) && new URL(host).hostname) || foldNames(stacks);
