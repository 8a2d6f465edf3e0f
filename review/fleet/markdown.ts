import { markdown } from "../escape.ts";
import { callout, detail, detailsWithin, fitting, headOf, LIMITS, part, type Section, tableOf } from "../markdown.ts";
import { countsOf } from "../outline.ts";
import type { Verdict } from "../policy-schema.ts";
import { policyNotes, verdictText } from "../words/verdicts.ts";
import { detailsOfFleet } from "./details.ts";
import { foldNames } from "./fold.ts";
import { plural } from "./groups.ts";
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
const dangers = ({ policy, losses, down, atOnce, networkLosses, capacity, failures, byHost, counts }: FleetReview): Section[] => [
  ...callout("CAUTION", "Against the policy", verdictsOf(policy, ["error"]), "verdicts"),
  ...callout("CAUTION", "Data is lost", lossLines(losses), "losses"),
  ...callout(
    "CAUTION",
    "Fails at apply",
    failures.map(({ text }) => text),
    "failures",
  ),
  ...callout(
    "CAUTION",
    "More than a host has",
    capacity.filter(({ over }) => over).map(({ text }) => text),
    "hosts",
  ),
  ...callout("WARNING", "Guests go down", [...down.map(({ text }) => text), ...together(atOnce)], "guests"),
  ...callout(
    "WARNING",
    "Networks are lost",
    networkLosses.map(({ text }) => text),
    "networks",
  ),
  { before: `\n${tableOf(countTable(byHost, counts))}\n`, lines: [], what: "" },
];

const together = (atOnce: number): string[] =>
  atOnce < 2 ? [] : [`${atOnce} guests may be down at the same time; --parallelism 1 takes one after the other`];

/** One row a host; only the total if there is one host or none is known. */
function countTable(byHost: FleetReview["byHost"], counts: FleetReview["counts"]): string[][] {
  const all = { host: "", stacks: ["all"], counts };
  const rows = byHost.length > 1 ? [...byHost, all] : [byHost[0] ?? all];
  const labels = countsOf({ counts }).map(({ label }) => label);
  const cells = rows.map((row) => {
    const own = new Map(countsOf(row).map(({ label, count }) => [label, count]));
    return [markdown(hostWord(row)), ...labels.map((label) => String(own.get(label) ?? 0))];
  });
  return [["host", ...labels], ["---", ...labels.map(() => "--:")], ...cells];
}

const verdictsOf = (policy: FleetReview["policy"], severities: readonly Verdict["severity"][]): string[] =>
  (policy?.verdicts ?? [])
    .filter(({ severity }) => severities.includes(severity))
    .map((verdict) => `${verdict.stack === undefined ? "" : `${verdict.stack}: `}${verdictText(verdict)}`);

const changes = ({ groups, renames, stacks, policy }: FleetReview): Section[] => [
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
  ...part("Policy", [...verdictsOf(policy, ["warning", "waived"]), ...(policy ? policyNotes(policy) : [])], "notes of the policy"),
];

/** Losses of the same kind in one line. */
function lossLines(losses: FleetReview["losses"]): string[] {
  const alike = Map.groupBy(losses, ({ stack, noun, effect, lost }) => [stack, noun, effect, ...lost].join("\n"));
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined || all.length < MANY) return all.map(({ text }) => text);
    const { stack, noun, effect, lost } = first;
    return [
      `${stack}: ${all.length} ${plural(noun)} (${foldNames(all.map(({ name }) => name))}) are ${effect}d; their ${lost.join(" and ")} ${lost.length > 1 || lost[0]?.endsWith("s") ? "are" : "is"} lost`,
    ];
  });
}

/** From so many losses of a kind on, their sizes and disks are in the details only. */
const MANY = 6;

/** The host's name, else that of its stacks: a URI without a host means another machine for each reader. */
const hostWord = ({ host, stacks }: { readonly host: string; readonly stacks: readonly string[] }): string =>
  (URL.canParse(host) && new URL(host).hostname) || foldNames(stacks);
