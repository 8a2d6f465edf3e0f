import { markdown } from "../escape.ts";
import { callout, detail, detailsWithin, fitting, headOf, LIMITS, part, type Section, tableOf } from "../markdown.ts";
import { countTable } from "./count-table.ts";
import { dangersOf } from "./dangers.ts";
import { detailsOfFleet } from "./details.ts";
import type { Entry } from "./entry.ts";
import { headlineOf, madeOf } from "./head.ts";
import { driftOf, outputsOf, policyOf, renamesOf, rolloutsOf } from "./others.ts";
import type { FleetReview } from "./schema.ts";
import { topologyMarkdown } from "./topology/markdown.ts";

export interface FleetMarkdownOptions {
  /** Maximum number of characters: details are cut first, then changes; never losses, failures or counts. @default GitHub's limit */
  readonly limit?: number;
  /** Where the whole review is, for what is cut. @default `cdkvm review --html` */
  readonly whole?: string;
}

/** Space reserved for the notes about omissions. */
const NOTES = 600;

/** A document in its parts. */
export interface FleetMarkdown {
  /** The heading. */
  readonly head: string;
  /** What a reader must know, cut only if it alone is too long: headline, dangers, counts. */
  readonly short: string;
  /** The line of `short` that says when and from what the plans were made. */
  readonly made: string;
  readonly rest: string;
}

/** A fleet's review for a pull request. */
export function renderFleetMarkdown(review: FleetReview, options: FleetMarkdownOptions = {}): string {
  const { head, short, rest } = fleetMarkdown(review, options);
  return `${head}\n${short}${rest}`;
}

export function fleetMarkdown(review: FleetReview, options: FleetMarkdownOptions = {}): FleetMarkdown {
  const { limit = LIMITS.github, whole = "`cdkvm review --html` shows all" } = options;
  const head = headOf(review.title);
  const made = markdown(madeOf(review));
  const start = `**${markdown(headlineOf(review))}**\n\n${made}\n`;
  const short = `${start}${fitting(dangers(review), limit - head.length - start.length - NOTES)}`;
  const fixed = `${head}\n${short}`;
  const body = fitting(changes(review), limit - fixed.length - NOTES);
  const left = limit - fixed.length - body.length - NOTES;
  const drawn = review.topology === undefined || !review.hasChanges ? "" : topologyMarkdown(review.topology);
  const topology = drawn.length > left / 2 ? "" : drawn;
  const blocks = detailsOfFleet(review).map(detail);
  const details = detailsWithin(blocks, left - topology.length, whole);
  return { head, short, made, rest: `${body}${topology}${details}` };
}

/** What is cut only if it alone is too long. */
const dangers = (review: FleetReview): Section[] => [
  ...dangersOf(review).flatMap(({ tone, title, items }) => callout(tone === "danger" ? "CAUTION" : "WARNING", title, texts(items), "")),
  { before: `\n${tableOf(countRows(review))}\n`, lines: [], what: "" },
];

function countRows(review: FleetReview): string[][] {
  const [head, ...rows] = countTable(review);
  return [[...head], head.map((_, column) => (column === 0 ? "---" : "--:")), ...rows.map((row) => row.map(markdown))];
}

const changes = (review: FleetReview): Section[] => [
  ...part("Renamed or moved?", texts(renamesOf(review)), "renames"),
  ...part("Rollouts", texts(rolloutsOf(review))),
  ...part("Changes", texts(review.groups)),
  ...part("Drift", texts(driftOf(review)), "drifted resources"),
  ...part("Outputs", texts(outputsOf(review))),
  ...part("Policy", texts(policyOf(review)), "notes of the policy"),
];

const texts = (entries: readonly Pick<Entry, "text">[]): string[] => entries.map(({ text }) => text);
