import { Construct, type IConstruct } from "constructs";
import { check } from "../model/check.ts";
import { Cidr } from "../model/cidr.ts";
import { Ip } from "../model/ip.ts";
import { macAddress } from "../model/mac.ts";
import { networkProps } from "../model/props/network.ts";
import { vlanTags, type Attachable, type NicRequest, type NicTarget, type Reservation } from "./attachment.ts";
import { addressError, networkError } from "./errors.ts";
import { identityPath } from "./moved.ts";
import { claimName } from "./names.ts";
import { dnsConfig, networkConfig, type NetworkParts } from "./network-config.ts";
import type { DnsHost, NetworkProps } from "./network-props.ts";
import { claimRange } from "./overlapping.ts";
import { Network as NetworkResource } from "./provider-libvirt/index.ts";

/** A libvirt network: one that this program creates, or an existing one. */
export interface INetwork extends IConstruct, Attachable {
  /** The network's name on the host: of a network that is created here, a reference, so that its users come after it. */
  readonly name: string;
  readonly ipv4?: Cidr | undefined;
  readonly ipv6?: Cidr | undefined;
  /** The host's IPv4 address in the network. */
  readonly gateway?: string | undefined;
  /** The underlying resource; none for an existing network. */
  readonly resource?: NetworkResource;
  /**
   * Reserves an address for one guest. `networks: [{ network, ip }]` of a VM does this automatically.
   *
   * @throws CdkvmError if the address is outside the network, the host's own, or another guest's; CDKVM_NETWORK_EXISTING for an
   * existing network
   */
  addReservation(reservation: Reservation): void;
  /** Adds a name to the network's DNS. @throws CDKVM_NETWORK_EXISTING for an existing network */
  addHost(ip: string, ...hostnames: string[]): void;
}

/**
 * A virtual network on a host (https://libvirt.org/formatnetwork.html).
 *
 * ```ts
 * const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24", domain: "lab.example" });
 * new VM(host, "web1", { memory: "2 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] });
 * ```
 */
export class Network extends Construct implements INetwork {
  /** The network's name on the host: a reference, so that its users come after it. */
  readonly name: string;
  readonly ipv4: Cidr | undefined;
  readonly ipv6: Cidr | undefined;
  readonly resource: NetworkResource;
  readonly #props: NetworkProps;
  readonly #parts: NetworkParts = { reservations: [], hosts: [] };

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.#props = props;
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
  static existing(scope: Construct, id: string, name: string): INetwork {
    return new ExistingNetwork(scope, id, name);
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
    this.#check("addReservation", { reservations: [reservation] });
    this.#parts.reservations.push(this.#free(reservation));
  }

  /** Adds a name to the network's DNS. */
  addHost(ip: string, ...hostnames: string[]): void {
    const entry: DnsHost = { ip, hostnames };
    this.#check("addHost", { hosts: [entry] });
    this.#parts.hosts.push(entry);
    const dns = dnsConfig(this.#props, this.#parts);
    if (dns) this.resource.putDns(dns);
  }

  get attachmentKey(): string {
    return identityPath(this);
  }

  /** @internal */
  attach(request: NicRequest): NicTarget {
    if (request.vlan) throw networkError.vlan(request.what, this.node.path);
    return networkTarget(this.name, request);
  }

  #check(method: string, part: Partial<NetworkProps>): void {
    const { ipv4, ipv6 } = this.#props;
    check(networkProps, { ...(ipv4 ? { ipv4 } : {}), ...(ipv6 ? { ipv6 } : {}), ...part }, `${method} of Network ${this.node.path}`);
  }

  /** The reservation in libvirt's spelling, if its address is free. */
  #free(reservation: Reservation): Reservation {
    const ip = Ip.parse(reservation.ip).toString();
    const what = `Network ${this.node.path}`;
    const gateways = [this.gateway, this.ipv6?.nth(1).toString()];
    if (gateways.includes(ip)) throw addressError.gateway(what, ip, String(this.ipv4 ?? this.ipv6));
    const mac = reservation.mac === undefined ? {} : { mac: macAddress(reservation.mac) };
    const other = this.#parts.reservations.find((one) => one.ip === ip);
    if (other) throw addressError.reserved(what, ip, other.name ?? other.mac ?? other.id);
    return { ...reservation, ...mac, ip };
  }
}

class ExistingNetwork extends Construct implements INetwork {
  readonly name: string;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    this.name = name;
  }

  get attachmentKey(): string {
    return identityPath(this);
  }

  attach(request: NicRequest): NicTarget {
    return { ...networkTarget(this.name, request), ...(request.vlan ? { vlan: vlanTags(request.vlan) } : {}) };
  }

  addReservation(): never {
    throw networkError.existing(`addReservation of Network ${this.node.path}`, this.name);
  }

  addHost(): never {
    throw networkError.existing(`addHost of Network ${this.node.path}`, this.name);
  }
}

const networkTarget = (network: string, { portGroup }: NicRequest): NicTarget => ({ source: { network: { network, portGroup } } });
