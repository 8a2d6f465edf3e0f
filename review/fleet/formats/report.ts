import { createHash } from "node:crypto";
import type { FleetReview } from "../schema.ts";
import type { Issue } from "./issues.ts";

/** What a report for machines is made from. */
export interface Report {
  readonly fleet: FleetReview;
  /** The program or fleet file, relative to the repository: these formats attach each issue to a file. */
  readonly file: string;
}

/** The same for the same issue in each run, and different from that of each other issue. */
export function fingerprints(issues: readonly Issue[]): ReadonlyMap<Issue, string> {
  const seen = new Map<string, number>();
  return new Map(
    issues.map((issue) => {
      const base = JSON.stringify([issue.rule, ...issue.identity]);
      const count = seen.get(base) ?? 0;
      seen.set(base, count + 1);
      const text = count === 0 ? base : `${base} ${count}`;
      return [issue, createHash("sha256").update(text).digest("hex")];
    }),
  );
}
