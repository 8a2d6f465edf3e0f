import type { Cidr } from "../model/cidr.ts";
import type { Reservation } from "./attachment.ts";

export type NetworkMode = "nat" | "routed" | "open" | "isolated";

export interface IpRange {
  readonly start: string;
  readonly end: string;
}

export interface DnsHost {
  readonly ip: string;
  readonly hostnames: readonly string[];
}

/** A server, or a server for one domain only; without an address, the domain uses the host's servers. */
export type DnsForwarder = string | { readonly address?: string; readonly domain?: string };

export interface StaticRoute {
  /** Destination network. */
  readonly to: Cidr | string;
  /** Gateway inside this network. */
  readonly via: string;
  /** @default 1 */
  readonly metric?: number;
}

export interface NetworkProps {
  /** Name of the network on the host. @default - from the construct path */
  readonly name?: string;
  /**
   * `nat`: guests reach out through the host's address; `routed`: without translation; `open`: like routed, without libvirt's
   * firewall rules; `isolated`: guests reach each other and the host.
   * @default - nat; isolated without an IP network
   */
  readonly mode?: NetworkMode;
  /** Host interface for outgoing traffic (nat, routed). @default - any */
  readonly uplink?: string;
  /** IPv4 network as `10.0.0.0/24`; the host takes its first address. @default - none */
  readonly ipv4?: Cidr | string;
  /** IPv6 network as `fd00:10::/64`; the host takes its first address. @default - none */
  readonly ipv6?: Cidr | string;
  /** The host's IPv4 address. @default - the first of `ipv4` */
  readonly gateway?: string;
  /** Assign addresses: automatically (a /24 gives .100 to .254), from ranges, or not at all. @default true */
  readonly dhcp?: boolean | { readonly ranges?: readonly IpRange[] };
  /** Addresses reserved for one guest. @default - none; `ip` in a VM's network adds them */
  readonly reservations?: readonly Reservation[];
  /** Names that the network's DNS resolves. @default - those of guests with a lease */
  readonly hosts?: readonly DnsHost[];
  /** Where the DNS forwards unknown names. @default - as the host does */
  readonly forwarders?: readonly DnsForwarder[];
  /** Provide DNS. @default true */
  readonly dns?: boolean;
  /** DNS domain of the guests. @default - none */
  readonly domain?: string;
  /** Never forward names of the domain. @default false */
  readonly localOnly?: boolean;
  /** Maximum packet size in bytes. @default 1500 */
  readonly mtu?: number;
  readonly routes?: readonly StaticRoute[];
  /** Name of the bridge on the host. @default - libvirt chooses: virbr0, virbr1, ... */
  readonly bridge?: string;
  /** Spanning tree on the bridge. @default true */
  readonly stp?: boolean;
  /** Start at host boot. @default true */
  readonly autostart?: boolean;
  /** Never destroy or replace it: such a plan is an error. @default false */
  readonly protect?: boolean;
}
