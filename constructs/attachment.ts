import { networkError } from "./errors.ts";
import type { DomainDevicesInterfaces } from "./provider-libvirt/index.ts";

/** The target of a guest's interface. */
export interface NicTarget {
  readonly source: NonNullable<DomainDevicesInterfaces["source"]>;
  readonly virtualPort?: DomainDevicesInterfaces["virtualPort"];
  readonly vlan?: DomainDevicesInterfaces["vlan"];
}

export interface NicRequest {
  /** The requesting construct, for errors: `VM kvm1/web1`. */
  readonly what: string;
  readonly portGroup?: string | undefined;
  readonly vlan?: readonly number[] | undefined;
}

/** An address that DHCP reserves for one guest. */
export interface Reservation {
  /** MAC address of the guest; IPv4. */
  readonly mac?: string;
  /** Host name of the guest. */
  readonly name?: string;
  readonly ip: string;
  /** DHCPv6 client id (DUID); IPv6. */
  readonly id?: string;
}

/** Anything that a guest's interface can attach to. */
export interface Attachable {
  /** Identifies it among a guest's attachments; part of the derived MAC address. */
  readonly attachmentKey: string;
  attach(request: NicRequest): NicTarget;
  /** Reserves an address for a guest; absent if it assigns no addresses. */
  addReservation?(reservation: Reservation): void;
}

/** One VLAN: untagged for the guest. Several: a trunk, tagged. */
export function vlanTags(
  ids: readonly number[],
  options: { readonly trunk?: boolean | undefined; readonly native?: number | undefined } = {},
): NonNullable<NicTarget["vlan"]> {
  const tags = ids.map((id) => ({ id, nativeMode: id === options.native ? "untagged" : undefined }));
  return (options.trunk ?? ids.length > 1) ? { trunk: "yes", tags } : { tags };
}

/** @param place what has the port groups @throws CDKVM_PORT_GROUP */
export function findPortGroup<Group extends { readonly name: string }>(
  what: string,
  wanted: string,
  groups: readonly Group[],
  place: string,
): Group {
  const group = groups.find(({ name }) => name === wanted);
  if (group) return group;
  throw networkError.portGroup(
    what,
    wanted,
    place,
    groups.map(({ name }) => name),
  );
}
