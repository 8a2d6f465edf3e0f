import { z } from "zod";
import { ByteSize } from "../../model/bytes.ts";
import type { HostFacts } from "../../model/host-facts.ts";
import { size } from "../../model/props/shared.ts";
import type { ReviewedChange } from "../../review/index.ts";
import { formatBytes } from "../../review/units.ts";
import { defineRule, type Found, type Rule } from "../rule.ts";
import type { GuestFact, HostFact, StackSubject } from "../subject.ts";

/** Rules about what the hosts have. */

const ratio = (description: string, usual: number): z.ZodDefault<z.ZodNumber> => z.number().positive().default(usual).meta({ description });

const options = z.strictObject({
  memory: ratio("How much memory guests may have, as a multiple of the host's. Default: 1.", 1),
  cpus: ratio("How many vCPUs guests may have, as a multiple of the host's CPUs. Default: 4.", 4),
  hosts: z
    .record(z.string(), z.strictObject({ memory: size("Its memory.", "256 GiB").optional(), cpus: z.int().min(1).optional() }))
    .default({})
    .meta({
      description:
        "What hosts have, by stack or by host name. Default: what the host says, or the manifest of a plan folder; else what the stack's libvirt_node_info reads.",
    }),
});

type Sizes = z.infer<typeof options>["hosts"];

/** What counts of a guest. */
type Asking = Pick<GuestFact, "memory" | "cpus">;

/** Stacks on one host, with its size if it is known. */
interface Host {
  readonly stack: string | undefined;
  readonly name: string;
  /** Those that run after apply, or may. */
  readonly guests: readonly Asking[];
  /** Those that run and are in none of the plans. */
  readonly others: readonly Asking[];
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
}

export const overcommit: Rule = defineRule({
  name: "overcommit",
  doc: "The guests of a host have no more memory than it has, and not many more vCPUs. Guests that are off do not count; those of other states do if the host told what runs on it.",
  why: "A host without memory swaps, or the kernel kills a guest.",
  fix: "give the guests less memory, or move some to another host",
  severity: "warning",
  needsHosts: true,
  options,
  fleet(stacks, { hosts, ...most }) {
    return hostsOf(stacks, hosts).flatMap((host) => {
      if ("skipped" in host) return [host];
      return [...excess(host, "memory", most.memory), ...excess(host, "cpus", most.cpus)];
    });
  },
});

interface OnHost {
  readonly stack: string | undefined;
  readonly host: HostFact;
  readonly guests: readonly GuestFact[];
  readonly facts: HostFacts | undefined;
  /** Names of guests that are gone after apply. */
  readonly gone: readonly string[];
}

function hostsOf(stacks: readonly StackSubject[], sizes: Sizes): (Host | { readonly skipped: string })[] {
  const found = stacks.map(onHost);
  const known = found.flatMap((one) => ("skipped" in one ? [] : [one]));
  const hosts = [...Map.groupBy(known, ({ stack, host }) => host.name ?? stack)].map(([key, all]) => hostOf(key ?? "the host", all, sizes));
  return [...found.filter((one) => "skipped" in one), ...hosts];
}

function onHost({ stack, review, facts, host: known }: StackSubject): OnHost | { readonly skipped: string } {
  const skip = (why: string): { readonly skipped: string } => ({ skipped: `${stack ?? "the plan"}: ${why}` });
  if (facts === undefined) return skip("only a review is given, which lists no unchanged guests");
  const [host, ...others] = facts.hosts;
  if (host === undefined) return skip("it names no host");
  if (others.length > 0) return skip("it has several hosts");
  return { stack, host, guests: facts.guests, facts: known, gone: review.changes.flatMap(namesGone) };
}

/** The name of a guest that is deleted, and the old one of a guest that gets another. */
function namesGone({ noun, effect, name, attributes }: ReviewedChange): string[] {
  if (noun !== "guest") return [];
  if (effect === "delete") return [name];
  return attributes.flatMap(({ path, before }) => (path === "name" && typeof before === "string" ? [before] : []));
}

/** @param key what its stacks have in common: the host's name */
function hostOf(key: string, on: readonly OnHost[], sizes: Sizes): Host {
  const stacks = on.map(({ stack }) => stack).filter((one) => one !== undefined);
  const [only] = stacks.length === 1 ? stacks : [];
  const name = key === "localhost" || key.startsWith("/") ? (only ?? key) : key;
  const given = [key, ...stacks].map((one) => sizes[one]).find((one) => one !== undefined);
  const facts = on.find((one) => one.facts !== undefined)?.facts;
  const read = facts ?? on.map(({ host }) => host).find(({ memory, cpus }) => memory !== undefined || cpus !== undefined);
  const memory = given?.memory === undefined ? read?.memory : ByteSize.of(given.memory).bytes;
  const guests = on.flatMap((one) => one.guests);
  const here = new Set([...guests.map((guest) => guest.name), ...on.flatMap(({ gone }) => gone)]);
  return {
    stack: only,
    name,
    guests: guests.filter(({ running }) => running !== false),
    others: (facts?.guests ?? [])
      .filter((guest) => guest.running && !here.has(guest.name))
      .map(({ memory, vcpus }) => ({ memory, cpus: vcpus })),
    memory,
    cpus: given?.cpus ?? read?.cpus,
  };
}

/** How a size is worded, and what of a guest counts. */
const MEASURES = {
  memory: { unknown: "memory", host: "of memory", guests: "", show: formatBytes, of: (guest: Asking) => guest.memory },
  cpus: { unknown: "number of CPUs", host: "CPUs", guests: " vCPUs", show: String, of: (guest: Asking) => guest.cpus },
} as const;

function excess({ stack, name, guests, others, ...host }: Host, measure: keyof typeof MEASURES, most: number): Found[] {
  const words = MEASURES[measure];
  const has = host[measure];
  if (has === undefined) return guests.length === 0 ? [] : [{ skipped: `the ${words.unknown} of ${name} is unknown` }];
  const sum = (all: readonly Asking[]): number => all.reduce((total, guest) => total + (words.of(guest) ?? 0), 0);
  const wanted = sum(guests) + sum(others);
  if (wanted <= has * most) return [];
  const allowed = most === 1 ? words.show(has) : `${most} times ${words.show(has)}`;
  const ofOthers = others.length === 0 ? "" : ` (${words.show(sum(others))} of them in none of these plans)`;
  const asked = `${words.show(wanted)}${words.guests}${ofOthers}`;
  const message = `${name} has ${words.show(has)} ${words.host}, and its running guests ${asked}; allowed: ${allowed}`;
  return [{ stack, resource: `host ${name}`, name, message }];
}
