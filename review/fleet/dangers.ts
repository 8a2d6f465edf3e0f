import type { Effect } from "../schema.ts";
import type { Verdict } from "../policy-schema.ts";
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
export function dangersOf(review: FleetReview, verdicts: readonly Verdict[] = []): Dangers[] {
  const { losses, down, atOnce, networkLosses, capacity, failures } = review;
  const refused = verdicts.filter(({ severity }) => severity === "error");
  const all: Dangers[] = [
    {
      tone: "danger",
      title: "Against the policy",
      items: refused.map(({ rule, message, stack }) => ({ text: `${rule}: ${message}`, stacks: listOf(stack) })),
    },
    { tone: "danger", title: "Data is lost", items: losses.map(({ text, stack }) => ({ text, stacks: [stack] })) },
    { tone: "danger", title: "Fails at apply", items: failures.map(({ text, stack }) => ({ text, stacks: [stack] })) },
    {
      tone: "danger",
      title: "More than a host has",
      items: capacity.filter(({ over }) => over).map(({ text, host }) => ({ text, stacks: stacksOn(review, host) })),
    },
    {
      tone: "warning",
      title: "Guests go down",
      items: [
        ...down.map(({ text, how, guests }) => ({ text, effect: how, stacks: guests.map(({ stack }) => stack) })),
        ...together(atOnce),
      ],
    },
    { tone: "warning", title: "Networks are lost", items: networkLosses.map(({ text, stack }) => ({ text, stacks: [stack] })) },
  ];
  return all.filter(({ items }) => items.length > 0);
}

const listOf = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);

const stacksOn = ({ stacks }: FleetReview, host: string): string[] =>
  stacks.filter(({ hosts }) => hosts.includes(host)).map(({ name }) => name);

const together = (atOnce: number): Entry[] =>
  atOnce < 2 ? [] : [{ text: `${atOnce} guests may be down at the same time; --parallelism 1 takes one after the other`, stacks: [] }];
