import { TerraformStack } from "#cdktf";
import type { IConstruct } from "constructs";
import type { Cidr } from "../model/cidr.ts";
import { networkError } from "./errors.ts";

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
  if (other) throw networkError.overlap(what, key, cidr.toString(), other.cidr.toString(), other.path);
  taken.set(stack, [...others, { cidr, path: network.node.path }]);
}
