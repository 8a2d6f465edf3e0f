import { TerraformStack } from "#cdktf";
import type { IConstruct } from "constructs";
import type { Cidr } from "../model/cidr.ts";
import { CdkvmError } from "../model/errors.ts";

/** Each stack's networks with addresses. */
const taken = new WeakMap<TerraformStack, { readonly cidr: Cidr; readonly path: string }[]>();

/**
 * Keeps a host's address ranges separate: with one range on two bridges, the host reaches the guests of only one, and libvirt
 * refuses to start the second.
 *
 * @throws CDKVM_NETWORK_OVERLAP
 */
export function claimRange(network: IConstruct, what: string, key: "ipv4" | "ipv6", cidr: Cidr): void {
  const stack = TerraformStack.of(network);
  const others = taken.get(stack) ?? [];
  const other = others.find((one) => one.cidr.overlaps(cidr));
  if (other)
    throw new CdkvmError({
      code: "CDKVM_NETWORK_OVERLAP",
      doing: what,
      problem: `${key}: ${cidr.toString()} lies across ${other.cidr.toString()} of Network ${other.path}, on the same host`,
      fix: "give one of the two other addresses",
    });
  taken.set(stack, [...others, { cidr, path: network.node.path }]);
}
