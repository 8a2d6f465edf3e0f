import { Construct } from "constructs";
import { check } from "../model/check.ts";
import { Cidr } from "../model/cidr.ts";
import { CdkvmError } from "../model/errors.ts";
import { Ip } from "../model/ip.ts";
import { macAddress } from "../model/mac.ts";
import { networkProps } from "../model/props/network.ts";
import { vlanTags, type Attachable, type NicRequest, type NicTarget, type Reservation } from "./attachment.ts";
import { identityPath } from "./moved.ts";
import { claimName } from "./names.ts";
import { dnsConfig, networkConfig, type NetworkParts } from "./network-config.ts";
import type { DnsHost, NetworkProps } from "./network-props.ts";
import { claimRange } from "./overlapping.ts";
import { Network as NetworkResource } from "./provider-libvirt/index.ts";

const existing = Symbol("existing");

/**
 * A virtual network on a host (https://libvirt.org/formatnetwork.html).
 *
 * ```ts
 * const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24", domain: "lab.example" });
 * new VM(host, "web1", { memory: "2 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] });
 * ```
 */
export class Network extends Construct implements Attachable {
  /** The network's name on the host: a reference, so that its users come after it. */
  readonly name: string;
  readonly ipv4: Cidr | undefined;
  readonly ipv6: Cidr | undefined;
  /** The underlying resource; none for an existing network. */
  readonly resource: NetworkResource | undefined;
  readonly #props: NetworkProps;
  readonly #parts: NetworkParts = { reservations: [], hosts: [] };

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: NetworkProps & { readonly [existing]?: string }) {
    super(scope, id);
    const theirs = props[existing];
    this.#props = props;
    if (theirs !== undefined) {
      this.name = theirs;
      return;
    }
    const what = `Network ${this.node.path}`;
    check(networkProps, props, what);
    this.ipv4 = props.ipv4 === undefined ? undefined : Cidr.of(props.ipv4);
    this.ipv6 = props.ipv6 === undefined ? undefined : Cidr.of(props.ipv6);
    if (this.ipv4) claimRange(this, what, "ipv4", this.ipv4);
    if (this.ipv6) claimRange(this, what, "ipv6", this.ipv6);
    for (const one of props.reservations ?? []) this.#parts.reservations.push(this.#free(one));
    this.#parts.hosts.push(...(props.hosts ?? []));
    this.resource = new NetworkResource(
      this,
      "Default",
      networkConfig(claimName(this, "Network", { given: props.name }), props, this.#parts),
    );
    this.name = this.resource.name;
  }

  /** An existing network of the host, by name; cdkvm neither creates nor removes it. */
  static existing(scope: Construct, id: string, name: string): Network {
    return new Network(scope, id, { [existing]: name });
  }

  /** The host's IPv4 address in the network. */
  get gateway(): string | undefined {
    return this.#props.gateway ?? this.ipv4?.nth(1).toString();
  }

  /**
   * Reserves an address for one guest. `networks: [{ network, ip }]` of a VM does this automatically.
   *
   * @throws CdkvmError if the address is outside the network, the host's own, or another guest's
   */
  addReservation(reservation: Reservation): void {
    this.#change("addReservation", { reservations: [reservation] });
    this.#parts.reservations.push(this.#free(reservation));
  }

  /** Adds a name to the network's DNS. */
  addHost(ip: string, ...hostnames: string[]): void {
    const host: DnsHost = { ip, hostnames };
    this.#change("addHost", { hosts: [host] });
    this.#parts.hosts.push(host);
    const dns = dnsConfig(this.#props, this.#parts);
    if (dns) this.resource?.putDns(dns);
  }

  get attachmentKey(): string {
    return identityPath(this);
  }

  /** @internal */
  attach(request: NicRequest): NicTarget {
    if (request.vlan && this.resource) {
      throw new CdkvmError({
        code: "CDKVM_NETWORK_VLAN",
        doing: request.what,
        problem: `vlan: Network ${this.node.path} has a bridge of libvirt's own, which takes no VLAN from a guest's interface`,
        fix: "leave vlan out and make a network for each group of guests, or join a Bridge.openVSwitch",
      });
    }
    return {
      source: { network: { network: this.name, portGroup: request.portGroup } },
      ...(request.vlan ? { vlan: vlanTags(request.vlan) } : {}),
    };
  }

  #change(method: string, part: Partial<NetworkProps>): void {
    const what = `${method} of Network ${this.node.path}`;
    if (!this.resource) {
      throw new CdkvmError({
        code: "CDKVM_NETWORK_EXISTING",
        doing: what,
        problem: `the network ${JSON.stringify(this.name)} is on the host already, and cdkvm does not change it`,
        fix: "make the network here with new Network(...), or leave the address to its DHCP",
      });
    }
    const { ipv4, ipv6 } = this.#props;
    check(networkProps, { ...(ipv4 ? { ipv4 } : {}), ...(ipv6 ? { ipv6 } : {}), ...part }, what);
  }

  /** The reservation in libvirt's spelling, if its address is free. */
  #free(reservation: Reservation): Reservation {
    const ip = Ip.parse(reservation.ip).toString();
    const refuse = (problem: string, fix: string): CdkvmError =>
      new CdkvmError({ code: "CDKVM_ADDRESS_TAKEN", doing: `Network ${this.node.path}`, problem, fix });
    const gateways = [this.gateway, this.ipv6?.nth(1).toString()];
    if (gateways.includes(ip))
      throw refuse(`${ip} is the host's own address in this network`, `choose another one of ${String(this.ipv4 ?? this.ipv6)}`);
    const mac = reservation.mac === undefined ? {} : { mac: macAddress(reservation.mac) };
    for (const other of this.#parts.reservations) {
      const owner = other.name ?? other.mac ?? other.id;
      if (other.ip === ip) throw refuse(`${ip} is reserved for ${owner} already`, "give one of the two guests another address");
    }
    return { ...reservation, ...mac, ip };
  }
}
