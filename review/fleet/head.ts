import type { ReviewedChange } from "../schema.ts";
import { plural } from "./groups.ts";
import type { FleetReview } from "./schema.ts";

/** `2 lose data, 60 guests go down.` */
export function headlineOf({ losses, down, networkLosses, failures, hasChanges, stacks }: FleetReview): string {
  const guests = down.reduce((sum, one) => sum + one.guests.length, 0);
  const cut = networkLosses.length;
  const parts = [
    losses.length > 0 && `${losses.length} lose${losses.length > 1 ? "" : "s"} data`,
    guests > 0 && `${guests} guest${guests > 1 ? "s go" : " goes"} down`,
    cut > 0 && `${cut} network loss${cut > 1 ? "es" : ""}`,
    ...besides(stacks.flatMap(({ review }) => review.changes)),
    failures.length > 0 && `${failures.length} will fail`,
  ].filter((one) => one !== false);
  if (!hasChanges)
    return `${stacks.some(({ review }) => review.drift.length > 0) ? "Nothing to do." : "No changes."}${failures.length > 0 ? ` ${failures.length} failed.` : ""}`;
  const text = parts.length === 0 ? "Nothing is destroyed, nothing stops." : `${parts.join(", ")}.`;
  return text;
}

/** `2 networks restart`, `1 pool is deleted`: what goes down or goes, and is no guest and loses no data. */
function besides(changes: readonly ReviewedChange[]): string[] {
  const others = changes.filter(({ noun, disposable, destroysData }) => noun !== "guest" && !disposable && destroysData === undefined);
  return WORDS.flatMap(([effect, one, several]) => {
    const byNoun = Map.groupBy(
      others.filter((change) => change.effect === effect),
      ({ noun }) => noun,
    );
    return [...byNoun].map(([noun, { length }]) => (length === 1 ? `1 ${noun} ${one}` : `${length} ${plural(noun)} ${several}`));
  });
}

const WORDS = [
  ["restart", "restarts", "restart"],
  ["stop", "stops", "stop"],
  ["replace", "is replaced", "are replaced"],
  ["delete", "is deleted", "are deleted"],
] as const;

/** `3 stacks, commit 0123456789ab, planned 2026-01-02T03:04:05Z, by ada` */
export function madeOf({ made, stacks }: FleetReview): string {
  const parts = [
    `${stacks.length} stack${stacks.length > 1 ? "s" : ""}`,
    made?.commit && `commit ${made.commit.slice(0, 12)}${made.dirty ? " with local changes" : ""}`,
    made?.at && `planned ${made.at}`,
    made?.by && `by ${made.by}`,
  ].filter((one) => one !== undefined && one !== "");
  return parts.join(", ");
}
