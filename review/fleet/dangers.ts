import type { Effect } from "../schema.ts";
import type { Verdict } from "../policy-schema.ts";
import { verdictText } from "../words/verdicts.ts";
import { foldNames } from "./fold.ts";
import { plural } from "./groups.ts";
import type { FleetReview } from "./schema.ts";

/** One thing that a reviewer must know, and where. */
export interface Entry {
  readonly text: string;
  readonly stacks: readonly string[];
  readonly effect?: Effect;
}

/** Things of one kind. */
export interface Dangers {
  readonly tone: "danger" | "warning";
  readonly title: string;
  readonly items: readonly Entry[];
}

/** What every output shows first and never cuts: only the kinds of which there is something. */
export function dangersOf(review: FleetReview): Dangers[] {
  const { losses, down, atOnce, networkLosses, failures } = review;
  const all: Dangers[] = [
    {
      tone: "danger",
      title: "Against the policy",
      items: verdictEntries(review.policy?.verdicts, ["error"]),
    },
    { tone: "danger", title: "Data is lost", items: lossEntries(losses) },
    { tone: "danger", title: "Fails at apply", items: failures.map(({ text, stack }) => ({ text, stacks: [stack] })) },
    {
      tone: "danger",
      title: "More than a host has",
      items: overOf(review, ({ resource }) => resource !== "disk"),
    },
    {
      tone: "warning",
      title: "Guests go down",
      items: [
        ...down.map(({ text, how, guests }) => ({ text, effect: how, stacks: guests.map(({ stack }) => stack) })),
        ...together(atOnce),
      ],
    },
    { tone: "warning", title: "Disks may outgrow a pool", items: overOf(review, ({ resource }) => resource === "disk") },
    { tone: "warning", title: "Networks are lost", items: networkLosses.map(({ text, stack }) => ({ text, stacks: [stack] })) },
  ];
  return all.filter(({ items }) => items.length > 0);
}

/** Verdicts of some severities, with their stack. */
export const verdictEntries = (verdicts: readonly Verdict[] = [], severities: readonly Verdict["severity"][]): Entry[] =>
  verdicts
    .filter(({ severity }) => severities.includes(severity))
    .map((verdict) => ({
      text: `${verdict.stack === undefined ? "" : `${verdict.stack}: `}${verdictText(verdict)}`,
      stacks: listOf(verdict.stack),
    }));

const listOf = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);

const overOf = (review: FleetReview, wanted: (one: FleetReview["capacity"][number]) => boolean): Entry[] =>
  review.capacity.filter((one) => one.over && wanted(one)).map(({ text, host }) => ({ text, stacks: stacksOn(review, host) }));

const stacksOn = ({ stacks }: FleetReview, host: string): string[] =>
  stacks.filter(({ hosts }) => hosts.includes(host)).map(({ name }) => name);

const together = (atOnce: number): Entry[] =>
  atOnce < 2 ? [] : [{ text: `${atOnce} guests may be down at the same time; --parallelism 1 takes one after the other`, stacks: [] }];

/** Losses of the same kind in one line. */
function lossEntries(losses: FleetReview["losses"]): Entry[] {
  const alike = Map.groupBy(losses, ({ stack, noun, effect, lost }) => [stack, noun, effect, ...lost].join("\n"));
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined || all.length < MANY) return all.map(({ text, stack, effect }) => ({ text, effect, stacks: [stack] }));
    const { stack, noun, effect, lost } = first;
    const text = `${stack}: ${all.length} ${plural(noun)} (${foldNames(all.map(({ name }) => name))}) are ${effect}d; their ${lost.join(" and ")} ${lost.length > 1 || lost[0]?.endsWith("s") ? "are" : "is"} lost`;
    return [{ text, effect, stacks: [stack] }];
  });
}

/** From so many losses of a kind on, their sizes and disks are in the details only. */
const MANY = 6;
