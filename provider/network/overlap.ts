import { isLibvirtError } from "../../libvirt/errors.ts";
import { NetworkXml } from "../../libvirt/flags.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { Cidr, prefixOfMask } from "../../model/cidr.ts";
import { asText, isList, isValues, type Value, type Values } from "../../model/values.ts";
import { childrenNamed, parseXml } from "../../model/xml.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { isReviewed } from "../reviewed.ts";
import { networkOverlaps, type Overlap, overlapText, overlapUnknown } from "./errors.ts";

/**
 * Refuses at plan time addresses that another network of the host has: libvirt would not start the second, and the host would reach
 * the guests of only one of them. Networks of this state are exempt: the same apply may remove them.
 *
 * @throws CDKVM_NETWORK_OVERLAP if a running network outside this state has them
 */
export async function refuseOverlap(planned: Values, uuid: string, context: Context<Host>): Promise<void> {
  const ranges = rangesOf(planned["ips"]);
  if (ranges.length === 0 || planned["active"] !== true) return;
  const name = asText(planned["name"]);
  for (const { ref, cidrs } of await usedRanges(context.client)) {
    if (ref.uuid === uuid || context.isStored(ref.uuid)) continue;
    for (const { cidr, index } of ranges) {
      const taken = cidrs.find((one) => one.overlaps(cidr));
      if (taken !== undefined) await report({ name, cidr, index, other: ref.name, taken }, ref, context);
    }
  }
}

async function report(overlap: Overlap, other: NetworkRef, context: Context<Host>): Promise<void> {
  const libvirt = await context.client.libvirt();
  const runs = await libvirt.networks.isActive(other);
  if (runs && context.knowsState) throw networkOverlaps(overlap);
  if (runs && isReviewed()) throw overlapUnknown(overlap);
  context.warn({
    summary: overlapText(overlap),
    // a plain engine reveals the state step by step: the network may belong to it and be removed
    detail: runs
      ? "Both cannot run at once: apply fails unless that network is removed first."
      : "That network is not running. Both cannot run at once.",
    path: ["ips", overlap.index],
  });
}

interface UsedRanges {
  readonly ref: NetworkRef;
  readonly cidrs: readonly Cidr[];
}

/** The address ranges of the host's networks, read once per process. */
const usedRanges = (host: Host): Promise<readonly UsedRanges[]> =>
  host.once.ask("address ranges of networks", async () => {
    const { networks } = await host.libvirt();
    const found = (await networks.list()).map(async (ref): Promise<UsedRanges[]> => {
      try {
        const definition = parseXml(await networks.xml(ref, NetworkXml.INACTIVE));
        return [{ ref, cidrs: childrenNamed(definition, "ip").flatMap(({ attributes }) => cidrOf(attributes) ?? []) }];
      } catch (error) {
        if (isLibvirtError(error, "NO_NETWORK")) return [];
        throw error;
      }
    });
    return (await Promise.all(found)).flat();
  });

interface Range {
  readonly cidr: Cidr;
  readonly index: number;
}

const rangesOf = (ips: Value | undefined): readonly Range[] =>
  (isList(ips ?? null) ? (ips as readonly Value[]) : []).flatMap((ip, index) => {
    const cidr = isValues(ip) ? cidrOf(ip) : undefined;
    return cidr === undefined ? [] : [{ cidr, index }];
  });

/** Undefined if the address is not known yet, or invalid: libvirt reports the error. */
function cidrOf({ address, netmask, prefix }: Readonly<Record<string, Value>>): Cidr | undefined {
  if (typeof address !== "string") return undefined;
  const length =
    typeof netmask === "string" && netmask !== "" ? prefixOfMask(netmask) : Number(prefix ?? (address.includes(":") ? 64 : NaN));
  if (length === undefined || Number.isNaN(length)) return undefined;
  try {
    return Cidr.parse(`${address}/${length}`);
  } catch {
    return undefined;
  }
}
