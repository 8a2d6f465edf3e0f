import type { Verdict } from "../policy-schema.ts";
import { lostWords } from "../words/findings.ts";
import { verdictText } from "../words/verdicts.ts";
import { type Entry, likewise } from "./entry.ts";
import { foldNames } from "./fold.ts";
import { plural } from "./groups.ts";
import type { FleetReview } from "./schema.ts";

/** Things of one kind. */
export interface Dangers {
  readonly tone: "danger" | "warning";
  readonly title: string;
  readonly items: readonly Entry[];
}

/** What every output shows first and cuts last: only the kinds of which there is something. */
export function dangersOf(review: FleetReview): Dangers[] {
  const { losses, down, networkLosses, failures } = review;
  const all: Dangers[] = [
    {
      tone: "danger",
      title: "Against the policy",
      items: verdictEntries(review.policy?.verdicts, ["error"]),
    },
    { tone: "danger", title: "Data is lost", items: lossEntries(losses) },
    {
      tone: "danger",
      title: "Fails at apply",
      items: likewise(failures.map(({ text, stack, name }) => ({ text, stacks: [stack], name }))),
    },
    {
      tone: "danger",
      title: "More than a host has",
      items: overOf(review, ({ resource }) => resource !== "disk"),
    },
    {
      tone: "warning",
      title: "Guests go down",
      items: [
        ...down.map(({ text, how, guests }) => ({
          text,
          effect: how,
          stacks: guests.map(({ stack }) => stack),
          names: guests.map(({ name }) => name),
        })),
        ...together(review),
      ],
    },
    { tone: "warning", title: "Disks may outgrow a pool", items: overOf(review, ({ resource }) => resource === "disk") },
    {
      tone: "warning",
      title: "Networks are lost",
      items: likewise(
        networkLosses.map(({ text, stack, guests: [name, ...others] }) => ({
          text,
          stacks: [stack],
          ...(others.length === 0 && { name }),
        })),
      ),
    },
  ];
  return all.filter(({ items }) => items.length > 0);
}

/** Verdicts of some severities, with their stack; those that differ only by a name once. */
export const verdictEntries = (verdicts: readonly Verdict[] = [], severities: readonly Verdict["severity"][]): Entry[] =>
  likewise(
    verdicts
      .filter(({ severity }) => severities.includes(severity))
      .map((verdict) => ({
        text: `${verdict.stack === undefined ? "" : `${verdict.stack}: `}${verdictText(verdict)}`,
        stacks: listOf(verdict.stack),
        name: verdict.name,
      })),
  );

const listOf = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);

const overOf = (review: FleetReview, wanted: (one: FleetReview["capacity"][number]) => boolean): Entry[] =>
  review.capacity.filter((one) => one.over && wanted(one)).map(({ text, host }) => ({ text, stacks: stacksOn(review, host) }));

const stacksOn = ({ stacks }: FleetReview, host: string): string[] =>
  stacks.filter(({ hosts }) => hosts.includes(host)).map(({ name }) => name);

/** Not if all of them stay down, which is what they are meant to. */
const together = ({ atOnce, down }: FleetReview): Entry[] =>
  atOnce < 2 || !down.some(({ how }) => how === "restart" || how === "replace")
    ? []
    : [{ text: `${atOnce} guests may be down at the same time`, stacks: [] }];

/** Losses of the same kind in one line; one that others feel has its own. */
function lossEntries(losses: FleetReview["losses"]): Entry[] {
  const alike = Map.groupBy(losses, ({ stack, noun, effect, lost, overlays, usedBy, text }) =>
    overlays || usedBy ? Symbol(text) : JSON.stringify([stack, noun, effect, lost]),
  );
  return [...alike.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined || all.length < MANY) return all.map(({ text, stack, effect }) => ({ text, effect, stacks: [stack] }));
    const { stack, noun, effect, lost } = first;
    const names = all.map(({ name }) => name);
    const text = `${stack}: ${all.length} ${plural(noun)} (${foldNames(names)}) are ${effect}d; their ${lostWords(lost)}`;
    return [{ text, effect, stacks: [stack], names }];
  });
}

/** From so many losses of a kind on, their sizes and disks are in the details only. */
const MANY = 6;
