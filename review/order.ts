import type { Plan } from "../engine/plan.ts";
import { recordOf } from "../model/records.ts";
import { referencesIn } from "./configuration.ts";

/**
 * What the engine does before what: a set of resources (a bit each, from 0) for each address of the configuration, namely those
 * among the given ones that come earlier. What the plan does not show, such as an order through a local value, is left out.
 *
 * @param addresses without an index
 */
export function orderIn({ configuration }: Plan, addresses: readonly string[]): (address: string) => bigint {
  const resources = recordOf(configuration["root_module"])["resources"];
  const needs = new Map((Array.isArray(resources) ? resources : []).map(recordOf).map((one) => [String(one["address"]), one]));
  const bits = new Map<string, bigint>();
  for (const [index, address] of addresses.entries()) bits.set(address, (bits.get(address) ?? 0n) | (1n << BigInt(index)));
  const found = new Map<string, bigint>();
  const earlier = (address: string): bigint => {
    const known = found.get(address);
    if (known !== undefined) return known;
    found.set(address, 0n);
    const { depends_on: after, expressions } = needs.get(address) ?? {};
    const named = [...(Array.isArray(after) ? after.map(String) : []), ...referencesIn(expressions)];
    const all = new Set(named.map(resourceIn));
    const set = [...all].reduce((sum, one) => sum | earlier(one) | (bits.get(one) ?? 0n), 0n);
    found.set(address, set);
    return set;
  };
  return earlier;
}

/** `libvirt_volume.root` of `libvirt_volume.root[0].path`, `data.libvirt_domain.web` of `data.libvirt_domain.web.id`. */
const resourceIn = (reference: string): string => /^(?:data\.)?[^.[]+\.[^.[]+/.exec(reference)?.[0] ?? reference;
