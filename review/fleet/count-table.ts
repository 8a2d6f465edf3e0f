import { countsOf } from "../outline.ts";
import { foldNames } from "./fold.ts";
import type { FleetReview } from "./schema.ts";

/** The head and a row for each host; only the total if there is one host or none is known. */
export function countTable({ byHost, counts }: FleetReview): readonly [head: readonly string[], ...rows: readonly (readonly string[])[]] {
  const all = { host: "", stacks: ["all"], counts };
  const rows = byHost.length > 1 ? [...byHost, all] : [byHost[0] ?? all];
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
