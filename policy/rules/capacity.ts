import { z } from "zod";
import { ByteSize } from "../../model/bytes.ts";
import { size } from "../../model/props/shared.ts";
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
    .meta({ description: "What hosts have, by stack or by host name. Default: what the stack's libvirt_node_info reads." }),
});

type Sizes = z.infer<typeof options>["hosts"];

/** Stacks on one host, with its size if it is known. */
interface Host {
  readonly stack: string | undefined;
  readonly name: string;
  readonly guests: readonly GuestFact[];
  readonly memory: number | undefined;
  readonly cpus: number | undefined;
}

export const overcommit: Rule = defineRule({
  name: "overcommit",
  doc: "The guests of a host have no more memory than it has, and not many more vCPUs. Guests that are off do not count, nor those of other states.",
  why: "A host without memory swaps, or the kernel kills a guest.",
  fix: "give the guests less memory, or move some to another host",
  severity: "warning",
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
}

function hostsOf(stacks: readonly StackSubject[], sizes: Sizes): (Host | { readonly skipped: string })[] {
  const found = stacks.map(onHost);
  const known = found.flatMap((one) => ("skipped" in one ? [] : [one]));
  const hosts = [...Map.groupBy(known, ({ stack, host }) => host.name ?? stack)].map(([key, all]) => hostOf(key ?? "the host", all, sizes));
  return [...found.filter((one) => "skipped" in one), ...hosts];
}

function onHost({ stack, facts }: StackSubject): OnHost | { readonly skipped: string } {
  const skip = (why: string): { readonly skipped: string } => ({ skipped: `${stack ?? "the plan"}: ${why}` });
  if (facts === undefined) return skip("only a review is given, which lists no unchanged guests");
  const [host, ...others] = facts.hosts;
  if (host === undefined) return skip("it names no host");
  return others.length > 0 ? skip("it has several hosts") : { stack, host, guests: facts.guests };
}

/** @param key what its stacks have in common: the host's name */
function hostOf(key: string, on: readonly OnHost[], sizes: Sizes): Host {
  const stacks = on.map(({ stack }) => stack).filter((one) => one !== undefined);
  const [only] = stacks.length === 1 ? stacks : [];
  const name = key === "localhost" ? (only ?? key) : key;
  const given = [key, ...stacks].map((one) => sizes[one]).find((one) => one !== undefined);
  const read = on.map(({ host }) => host).find(({ memory, cpus }) => memory !== undefined || cpus !== undefined);
  const memory = given?.memory === undefined ? read?.memory : ByteSize.of(given.memory).bytes;
  return { stack: only, name, guests: on.flatMap(({ guests }) => guests), memory, cpus: given?.cpus ?? read?.cpus };
}

/** How a size is worded, and what of a guest counts. */
const MEASURES = {
  memory: { unknown: "memory", host: "of memory", guests: "", show: formatBytes, of: (guest: GuestFact) => guest.memory },
  cpus: { unknown: "number of CPUs", host: "CPUs", guests: " vCPUs", show: String, of: (guest: GuestFact) => guest.cpus },
} as const;

function excess({ stack, name, guests, ...host }: Host, measure: keyof typeof MEASURES, most: number): Found[] {
  const words = MEASURES[measure];
  const has = host[measure];
  const running = guests.filter((guest) => guest.running !== false);
  if (has === undefined) return running.length === 0 ? [] : [{ skipped: `the ${words.unknown} of ${name} is unknown` }];
  const wanted = running.reduce((sum, guest) => sum + (words.of(guest) ?? 0), 0);
  if (wanted <= has * most) return [];
  const allowed = most === 1 ? words.show(has) : `${most} times ${words.show(has)}`;
  const asked = `${words.show(wanted)}${words.guests}`;
  const message = `${name} has ${words.show(has)} ${words.host}, and its running guests ${asked}; allowed: ${allowed}`;
  return [{ stack, resource: `host ${name}`, name, message }];
}
