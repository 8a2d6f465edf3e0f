import { z } from "zod";
import { ByteSize } from "../../model/bytes.ts";
import { size } from "../../model/props/shared.ts";
import { formatBytes } from "../../review/units.ts";
import { defineRule, type Found, type Rule } from "../rule.ts";
import type { GuestFact, StackSubject } from "../subject.ts";

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
      return [
        ...excess(host, "memory", host.memory, most.memory, formatBytes, (guest) => guest.memory),
        ...excess(host, "vCPUs", host.cpus, most.cpus, String, (guest) => guest.cpus),
      ];
    });
  },
});

function hostsOf(stacks: readonly StackSubject[], sizes: z.infer<typeof options>["hosts"]): (Host | { readonly skipped: string })[] {
  const known: { readonly stack: string | undefined; readonly name: string; readonly facts: NonNullable<StackSubject["facts"]> }[] = [];
  const skipped: { readonly skipped: string }[] = [];
  for (const { stack, facts } of stacks) {
    const what = stack ?? "the plan";
    const [host, ...others] = facts?.hosts ?? [];
    const skip = (why: string): void => void skipped.push({ skipped: `${what}: ${why}` });
    if (facts === undefined) skip("only a review is given, which lists no unchanged guests");
    else if (host === undefined || others.length > 0) skip(host === undefined ? "it names no host" : "it has several hosts");
    else known.push({ stack, name: host.name === undefined || host.name === "localhost" ? (stack ?? "localhost") : host.name, facts });
  }
  const hosts = [...Map.groupBy(known, ({ name }) => name)].map(([name, on]): Host => {
    const [only, ...others] = on;
    const stack = others.length === 0 ? only?.stack : undefined;
    const given = [name, ...on.map((one) => one.stack)].map((key) => (key === undefined ? undefined : sizes[key])).find(Boolean);
    const read = on.map(({ facts }) => facts.hosts[0]).find((one) => one?.memory !== undefined);
    const memory = given?.memory === undefined ? read?.memory : ByteSize.of(given.memory).bytes;
    return { stack, name, guests: on.flatMap(({ facts }) => facts.guests), memory, cpus: given?.cpus ?? read?.cpus };
  });
  return [...skipped, ...hosts];
}

function excess(
  { stack, name, guests }: Host,
  what: string,
  has: number | undefined,
  most: number,
  show: (amount: number) => string,
  of: (guest: GuestFact) => number | undefined,
): Found[] {
  const running = guests.filter((guest) => guest.running !== false);
  if (has === undefined)
    return running.length === 0 ? [] : [{ skipped: `the ${what === "memory" ? "memory" : "number of CPUs"} of ${name} is unknown` }];
  const wanted = running.reduce((sum, guest) => sum + (of(guest) ?? 0), 0);
  if (wanted <= has * most) return [];
  const allowed = most === 1 ? show(has) : `${most} times ${show(has)}`;
  return [
    {
      stack,
      resource: `host ${name}`,
      name,
      message: `${name} has ${show(has)} ${what === "memory" ? "of memory" : "CPUs"}, and its running guests ${show(wanted)}${what === "memory" ? "" : " vCPUs"}; allowed: ${allowed}`,
    },
  ];
}
