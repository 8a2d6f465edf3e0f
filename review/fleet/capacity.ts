import { sizeText } from "../../model/bytes.ts";
import type { HostFacts } from "../../model/host-facts.ts";
import { at, type Shown } from "../tree.ts";
import { bytesAt } from "../units.ts";
import type { FleetReview } from "./schema.ts";
import type { StackPlan } from "./stack-plan.ts";

type Capacity = FleetReview["capacity"][number];

interface Asked {
  readonly memory: number;
  readonly cpus: number;
}

/**
 * What the guests of each host ask for, before and after. Guests that are off count: they may be started.
 *
 * @param hosts what is known of each host, by its URI
 */
export function capacityOf(stacks: readonly StackPlan[], hosts: Readonly<Record<string, HostFacts>>): Capacity[] {
  return Object.entries(hosts).flatMap(([uri, facts]) => {
    const here = stacksOn(uri, stacks);
    const [before, after] = [sum(guestsBefore(facts)), sum(guestsAfter(facts, here))];
    const name = nameOf(uri, here);
    return [
      worded(uri, name, "memory", facts.memory, before.memory, after.memory),
      worded(uri, name, "CPUs", facts.cpus, before.cpus, after.cpus),
    ];
  });
}

/** The stacks that are on this host alone. */
export const stacksOn = (uri: string, stacks: readonly StackPlan[]): StackPlan[] =>
  stacks.filter(({ hosts }) => hosts.length === 1 && hosts[0] === uri);

/** What a host is called: by its stacks. */
export const nameOf = (uri: string, here: readonly StackPlan[]): string => here.map(({ name }) => name).join(", ") || uri;

const guestsBefore = ({ guests }: HostFacts): Map<string, Asked> =>
  new Map(guests.map(({ name, memory, vcpus }) => [name, { memory, cpus: vcpus }]));

function guestsAfter(facts: HostFacts, stacks: readonly StackPlan[]): Map<string, Asked> {
  const guests = guestsBefore(facts);
  for (const { subject } of stacks.flatMap(({ judged }) => judged.changes)) {
    if (subject.resource.type !== "libvirt_domain" || subject.action === "no-op" || subject.action === "forget") continue;
    const old = at(subject.before, "name");
    if (typeof old === "string") guests.delete(old);
    if (subject.action !== "delete") guests.set(subject.name, askedBy(subject.after));
  }
  return guests;
}

const askedBy = (side: Shown): Asked => {
  const cpus = at(side, "vcpu");
  return { memory: bytesAt(side, "memory", "KiB") ?? 0, cpus: typeof cpus === "number" ? cpus : 1 };
};

const sum = (guests: ReadonlyMap<string, Asked>): Asked =>
  [...guests.values()].reduce((all, one) => ({ memory: all.memory + one.memory, cpus: all.cpus + one.cpus }), { memory: 0, cpus: 0 });

function worded(host: string, name: string, resource: Capacity["resource"], has: number, before: number, after: number): Capacity {
  const shown = (value: number): string => (resource === "memory" ? sizeText(value) : String(value));
  const over = after > has && after > before;
  const text = `${name}: guests ask for ${shown(after)}${resource === "memory" ? " of memory" : " CPUs"}, and the host has ${shown(has)} (${shown(before)} before)`;
  return { host, resource, has, before, after, over, text };
}
