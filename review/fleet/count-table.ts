import { countsOf } from "../outline.ts";
import type { FleetReview } from "./schema.ts";

/** The head and a row for each host; only the total if there is one host or none is known. */
export function countTable({ byHost, counts }: FleetReview): readonly [head: readonly string[], ...rows: readonly (readonly string[])[]] {
  const rows = byHost.length > 1 ? [...byHost, { host: "all", counts }] : [{ host: byHost[0]?.host ?? "all", counts }];
  const labels = countsOf({ counts }).map(({ label }) => label);
  const cells = rows.map((row) => {
    const own = new Map(countsOf(row).map(({ label, count }) => [label, count]));
    return [row.host, ...labels.map((label) => String(own.get(label) ?? 0))];
  });
  return [["host", ...labels], ...cells];
}
