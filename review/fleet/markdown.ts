import { markdown } from "../escape.ts";
import { callout, detail, detailsWithin, fitting, headOf, LIMITS, part, type Section, tableOf } from "../markdown.ts";
import { countTable } from "./count-table.ts";
import { dangersOf } from "./dangers.ts";
import { detailsOfFleet } from "./details.ts";
import type { FleetReview } from "./schema.ts";

export interface FleetMarkdownOptions {
  /** Maximum number of characters: details are cut first, then changes; never losses, failures or counts. @default GitHub's limit */
  readonly limit?: number;
  /** Where the whole review is, for what is cut. @default `cdkvm review --html` */
  readonly whole?: string;
}

/** Space reserved for the notes about omissions. */
const NOTES = 600;

/** A fleet's review for a pull request. */
export function renderFleetMarkdown(review: FleetReview, options: FleetMarkdownOptions = {}): string {
  const { limit = LIMITS.github, whole = "`cdkvm review --html` shows all" } = options;
  const head = `${headOf(headlineOf(review), review.title)}${madeLine(review)}`;
  const kept = dangers(review).map(({ before, lines }) => `${before}${lines.length > 0 ? `${lines.join("\n")}\n` : ""}`);
  const fixed = `${head}${kept.join("")}`;
  const body = fitting(changes(review), limit - fixed.length - NOTES);
  const blocks = detailsOfFleet(review).map(detail);
  const details = detailsWithin(blocks, limit - fixed.length - body.length - NOTES, whole);
  return `${fixed}${body}${details}`;
}

export function headlineOf({ losses, down, networkLosses, failures, hasChanges, stacks }: FleetReview): string {
  const guests = down.reduce((sum, one) => sum + one.guests.length, 0);
  const cut = networkLosses.length;
  const parts = [
    losses.length > 0 && `${losses.length} lose${losses.length > 1 ? "" : "s"} data`,
    guests > 0 && `${guests} guest${guests > 1 ? "s go" : " goes"} down`,
    cut > 0 && `${cut} network loss${cut > 1 ? "es" : ""}`,
    failures.length > 0 && `${failures.length} will fail`,
  ].filter((one) => one !== false);
  if (!hasChanges)
    return `${stacks.some(({ review }) => review.drift.length > 0) ? "Nothing to do." : "No changes."}${failures.length > 0 ? ` ${failures.length} failed.` : ""}`;
  const text = parts.length === 0 ? "Nothing is destroyed, nothing stops." : `${parts.join(", ")}.`;
  return text;
}

function madeLine({ made, stacks }: FleetReview): string {
  const parts = [
    `${stacks.length} stack${stacks.length > 1 ? "s" : ""}`,
    made?.commit && `commit ${made.commit.slice(0, 12)}${made.dirty ? " with local changes" : ""}`,
    made?.at && `planned ${made.at}`,
    made?.by && `by ${made.by}`,
  ].filter((one) => one !== undefined && one !== "");
  return `\n${markdown(parts.join(", "))}\n`;
}

/** What is never cut. */
const dangers = (review: FleetReview): Section[] => [
  ...dangersOf(review).flatMap(({ tone, title, items }) =>
    callout(
      tone === "danger" ? "CAUTION" : "WARNING",
      title,
      items.map(({ text }) => text),
      "",
    ),
  ),
  { before: `\n${tableOf(countRows(review))}\n`, lines: [], what: "" },
];

function countRows(review: FleetReview): string[][] {
  const [head, ...rows] = countTable(review);
  return [[...head], head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows.map((row) => row.map(markdown))];
}

const changes = ({ groups, renames, stacks }: FleetReview): Section[] => [
  ...part(
    "Renamed or moved?",
    renames.map(({ text }) => text),
    "renames",
  ),
  ...part(
    "Changes",
    groups.map(({ text }) => text),
  ),
  ...part(
    "Drift",
    stacks.flatMap(({ name, review }) =>
      review.drift.map(
        ({ sentences, healed }) =>
          `${name}: changed outside cdkvm: ${sentences.join("; ")}${healed ? "; this plan corrects it" : "; left as it is"}`,
      ),
    ),
    "drifted resources",
  ),
  ...part(
    "Outputs",
    stacks.flatMap(({ name, review }) =>
      review.outputs.map((one) => `${name}: ${one.name} ${one.action === "delete" ? "removed" : `is ${String(one.after)}`}`),
    ),
  ),
];
