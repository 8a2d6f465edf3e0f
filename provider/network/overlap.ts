import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { NetworkXml } from "../../libvirt/flags.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { childrenNamed, parseXml } from "../../model/xml.ts";
import { Cidr, prefixOfMask } from "../../model/cidr.ts";
import { asText, isList, isValues, type Value, type Values } from "../../model/values.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { errorAt } from "../diagnose.ts";
import { isReviewed } from "../reviewed.ts";
import { ownersUnknown } from "../users/refuse-used.ts";

/**
 * Refuses at plan time addresses that another network of the host has: libvirt would not start the second, and the host would reach
 * the guests of only one of them. Networks of this state are exempt: the same apply may remove them.
 *
 * @throws CDKVM_NETWORK_OVERLAP if a running network outside this state has them
 */
export async function refuseOverlap(planned: Values, uuid: string, context: Context<Host>): Promise<void> {
  const ranges = rangesOf(planned["ips"]);
  if (ranges.length === 0 || planned["active"] !== true) return;
  const libvirt = await context.client.libvirt();
  const others = (await libvirt.networks.list()).filter((one) => one.uuid !== uuid && !context.isStored(one.uuid));
  for (const other of others) {
    const theirs = await rangesThere(libvirt, other);
    for (const { cidr, index } of ranges) {
      const taken = theirs.find((one) => one.overlaps(cidr));
      if (taken !== undefined) await tell({ name: asText(planned["name"]), cidr, index, other, taken }, libvirt, context);
    }
  }
}

interface Overlap {
  readonly name: string;
  readonly cidr: Cidr;
  readonly index: number;
  readonly other: NetworkRef;
  readonly taken: Cidr;
}

async function tell({ name, cidr, index, other, taken }: Overlap, libvirt: Libvirt, context: Context<Host>): Promise<void> {
  const path = ["ips", index];
  const doing = `plan the network ${name}`;
  const problem = `${cidr.toString()} lies across ${taken.toString()} of the network ${other.name} on this host`;
  const runs = await libvirt.networks.isActive(other);
  if (runs && !context.knowsState && isReviewed()) throw ownersUnknown(doing, `the addresses ${taken.toString()} are taken`);
  if (runs && context.knowsState)
    throw errorAt(path, {
      code: "CDKVM_NETWORK_OVERLAP",
      doing,
      problem: `${problem}, which is not of this state`,
      likely: "another stack or another person made it; libvirt starts no second network with the same addresses",
      fix: `choose another range; \`virsh net-dumpxml ${other.name}\` shows that network`,
    });
  context.warn({
    summary: problem,
    // a plain engine reveals the state step by step: the network may belong to it and be removed
    detail: runs ? "Both cannot run at once: apply fails where that network stays." : "That network is off. Both cannot run at once.",
    path,
  });
}

interface Range {
  readonly cidr: Cidr;
  readonly index: number;
}

const rangesOf = (ips: Value | undefined): readonly Range[] =>
  (isList(ips ?? null) ? (ips as readonly Value[]) : []).flatMap((ip, index) => {
    const cidr = isValues(ip) ? cidrOf(ip) : undefined;
    return cidr === undefined ? [] : [{ cidr, index }];
  });

async function rangesThere({ networks }: Libvirt, network: NetworkRef): Promise<readonly Cidr[]> {
  try {
    const definition = parseXml(await networks.xml(network, NetworkXml.INACTIVE));
    return childrenNamed(definition, "ip").flatMap(({ attributes }) => cidrOf(attributes) ?? []);
  } catch (error) {
    if (isLibvirtError(error, "NO_NETWORK")) return [];
    throw error;
  }
}

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
