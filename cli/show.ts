import type { Diagnostic } from "../engine/index.ts";
import { DATA_LOSS, IN_USE, RESTART } from "../model/plan-warnings.ts";
import { type Effect, type FleetGroup, MARKS, type Review, type ReviewedChange, textDiff } from "../review/index.ts";
import type { Terminal } from "./terminal.ts";

type Style = Parameters<Terminal["style"]>[0];

const STYLES: Readonly<Record<Effect, Style>> = {
  create: "green",
  live: "cyan",
  update: "yellow",
  recorded: "dim",
  start: "green",
  restart: "yellow",
  stop: "yellow",
  replace: "red",
  delete: "red",
  forget: "dim",
  none: "dim",
};

export interface ShowOptions {
  /** Whether the plan only detects changes made outside. @default false */
  readonly refreshOnly?: boolean;
  /** Show free text verbatim. @default false */
  readonly showTexts?: boolean;
}

/** Prints a plan: each change in plain words, its attributes below, equal changes once, the counts last. */
export function showReview(
  terminal: Terminal,
  stack: string,
  review: Review,
  groups: readonly FleetGroup[],
  { refreshOnly = false, showTexts = false }: ShowOptions = {},
): void {
  terminal.say(terminal.style("bold", stack));
  for (const drift of review.drift) {
    terminal.say(
      `  ${terminal.style("magenta", "changed outside cdkvm")} ${drift.noun} ${terminal.style("bold", drift.name)}${drift.gone ? " is gone" : ""}`,
    );
    for (const sentence of drift.sentences) terminal.say(`      ${sentence}`);
  }
  const told = groups.filter(({ members }) => members.length > 1);
  const grouped = new Map(told.flatMap((group) => [...group.members, ...group.parts].map(({ address }) => [address, group] as const)));
  const shown = new Set<FleetGroup>();
  for (const change of review.changes) {
    const group = grouped.get(change.address);
    if (group && !showTexts) {
      if (!shown.has(group)) showGroup(terminal, group);
      shown.add(group);
      continue;
    }
    showChange(terminal, change);
    if (showTexts) showTextsOf(terminal, change);
  }
  for (const output of review.outputs) terminal.say(`  ${terminal.style("dim", `output ${output.name}: ${output.action}`)}`);
  terminal.say(`  ${refreshOnly ? drifts(terminal, review) : counts(terminal, review)}`);
  if (review.rollout) terminal.say(`  rollout: ${review.rollout.text}`);
  for (const warning of review.warnings) terminal.warn(warning);
}

/**
 * The provider's warnings that the review does not already cover: it lists restarts, data loss and other users with their reasons.
 * For a resource that is no longer in the configuration the engine reports no address, so what the warning names counts.
 */
export const warningsBeside = (review: Review, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.filter((one) => !isTold(one, review.changes));

function isTold({ summary, address }: Diagnostic, changes: readonly ReviewedChange[]): boolean {
  const loses = ({ findings }: ReviewedChange): boolean => findings.some(({ kind }) => kind === "data-loss");
  const [object] = IN_USE.parse(summary) ?? [];
  if (object !== undefined) return changes.some(({ findings }) => findings.some((one) => "usedBy" in one && one.usedBy?.object === object));
  const lost = DATA_LOSS.parse(summary);
  if (lost !== undefined && address === undefined) {
    const named = changes.filter(({ noun, name }) => noun === "volume" && name === lost);
    return named.length > 0 && named.every(loses);
  }
  const about = changes.filter((change) => change.address === address);
  if (about.length === 0) return false;
  return lost === undefined
    ? RESTART.parse(summary) !== undefined && about.every(({ effect }) => effect === "restart")
    : about.every(loses);
}

function showGroup(terminal: Terminal, { effect, noun, members, parts, sentence }: FleetGroup): void {
  const more = parts.length > 0 ? terminal.style("dim", `  with ${parts.length} volumes and disks of theirs`) : "";
  terminal.say(`  ${terminal.style(STYLES[effect], MARKS[effect])} ${members.length} x ${noun}${more}`);
  terminal.say(`      ${sentence}`);
}

function showChange(terminal: Terminal, change: ReviewedChange): void {
  const head = `${terminal.style(STYLES[change.effect], MARKS[change.effect])} ${change.noun} ${terminal.style("bold", change.name)}`;
  terminal.say(`  ${head}  ${terminal.style("dim", change.address)}`);
  for (const sentence of change.sentences) terminal.say(`      ${sentence}`);
  for (const { kind, consequence } of change.findings)
    if (consequence !== undefined) terminal.say(`      ${terminal.style(kind === "data-loss" ? "red" : "yellow", consequence)}`);
  for (const reason of change.reasons) terminal.say(`      ${reason}`);
  if (change.effect === "create" || change.effect === "delete") return;
  for (const { path, before, after, text, sensitive, unknown } of change.attributes) {
    const shown = (value: typeof before): string => (sensitive ? String(value) : JSON.stringify(value));
    if (text) continue;
    terminal.say(terminal.style("dim", `      ${path}: ${shown(before)} → ${unknown ? String(after) : shown(after)}`));
  }
}

/** Prints free text verbatim, line by line. */
function showTextsOf(terminal: Terminal, { attributes }: ReviewedChange): void {
  for (const attribute of attributes.filter(({ text }) => text)) {
    terminal.say(terminal.style("dim", `      ${attribute.path}:`));
    for (const line of textDiff(attribute).split("\n")) terminal.say(`        ${line}`);
  }
}

function counts(terminal: Terminal, review: Review): string {
  return review.hasChanges
    ? `plan: ${summaryOf(review)}`
    : terminal.style("green", `no changes: ${review.counts.unchanged} resources are as the configuration says`);
}

function drifts(terminal: Terminal, review: Review): string {
  const { drifted } = review.counts;
  return drifted > 0
    ? `${driftSummaryOf(review)}; \`cdkvm plan\` shows what apply would do about it`
    : terminal.style("green", "no drift: nothing was changed outside cdkvm");
}

/** `2 changed outside cdkvm` */
export const driftSummaryOf = ({ counts: { drifted } }: Review): string => (drifted > 0 ? `${drifted} changed outside cdkvm` : "no drift");

/** `2 to create, 1 to restart` */
export function summaryOf({ counts: count, hasChanges }: Review): string {
  if (!hasChanges) return "no changes";
  const parts: readonly (readonly [number, string])[] = [
    [count.create, "to create"],
    [count.live, "to change live"],
    [count.update, "to update"],
    [count.restart, "to restart"],
    [count.stop, "to stop"],
    [count.replace, "to replace"],
    [count.delete, "to delete"],
    [count.recorded, "to record"],
    [count.moved, "to move"],
    [count.imported, "to import"],
    [count.unchanged, "unchanged"],
  ];
  const said = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return said.join(", ") || "outputs change";
}
