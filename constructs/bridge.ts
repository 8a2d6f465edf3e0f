import { Construct } from "constructs";
import { check } from "../model/check.ts";
import { existingBridgeProps, macvtapProps, openVSwitchProps } from "../model/props/bridge.ts";
import { findPortGroup, vlanTags, type Attachable, type NicRequest, type NicTarget } from "./attachment.ts";
import { BridgeNetwork, type BridgeNetworkProps } from "./bridge-network.ts";
import { networkError } from "./errors.ts";
import { Network } from "./network.ts";
import type { NetworkConfig } from "./provider-libvirt/index.ts";

export interface PortGroup {
  readonly name: string;
  /** One: untagged. Several: a trunk. */
  readonly vlans: readonly number[];
  /** Tagged for the guest. @default - if there are several VLANs */
  readonly trunk?: boolean;
  /** The VLAN of untagged frames on a trunk. @default - none */
  readonly native?: number;
  /** For guests without a port group. @default false */
  readonly default?: boolean;
}

export interface OpenVSwitchOptions {
  /** VLANs for guests without a VLAN or port group. @default - all frames pass */
  readonly vlans?: readonly number[];
  readonly portGroups?: readonly PortGroup[];
}

export type MacvtapMode = "bridge" | "vepa" | "private" | "passthrough";

export interface MacvtapOptions {
  /** @default bridge */
  readonly mode?: MacvtapMode;
}

export type BridgeType = "existing" | "openvswitch" | "macvtap";

/**
 * Access to the host's own network.
 *
 * ```ts
 * const lan = Bridge.existing("br0");
 * const trunk = Bridge.openVSwitch("ovsbr0", { portGroups: [{ name: "dmz", vlans: [42] }] });
 * const wire = Bridge.macvtap("eth0");
 * new VM(host, "web1", { memory: "2 GiB", networks: [lan, { bridge: trunk, portGroup: "dmz" }] });
 * ```
 *
 * Guests attach directly; `asNetwork` creates a libvirt network for it, which other tools' guests can join by name.
 */
export class Bridge implements Attachable {
  /** The bridge, or for macvtap the interface, on the host. */
  readonly name: string;
  readonly kind: BridgeType;
  readonly portGroups: readonly PortGroup[];
  readonly #vlans: readonly number[] | undefined;
  readonly #mode: MacvtapMode;

  private constructor(name: string, kind: BridgeType, options: OpenVSwitchOptions & MacvtapOptions = {}) {
    this.name = name;
    this.kind = kind;
    this.portGroups = options.portGroups ?? [];
    this.#vlans = options.vlans;
    this.#mode = options.mode ?? "bridge";
  }

  /** An existing Linux bridge on the host. @throws CdkvmError for an invalid interface name */
  static existing(name: string): Bridge {
    check(existingBridgeProps, { name }, `Bridge.existing(${JSON.stringify(name)})`);
    return new Bridge(name, "existing");
  }

  /** An existing Open vSwitch bridge on the host. @throws CdkvmError that names the invalid option */
  static openVSwitch(name: string, options: OpenVSwitchOptions = {}): Bridge {
    check(openVSwitchProps, { ...options, name }, `Bridge.openVSwitch(${JSON.stringify(name)})`);
    return new Bridge(name, "openvswitch", options);
  }

  /**
   * A host interface that guests share with the host. Guests and host cannot reach each other through it, except in VEPA mode
   * with a switch that reflects frames (https://libvirt.org/formatdomain.html#direct-attachment-to-physical-interface).
   */
  static macvtap(hostInterface: string, options: MacvtapOptions = {}): Bridge {
    check(macvtapProps, { ...options, name: hostInterface }, `Bridge.macvtap(${JSON.stringify(hostInterface)})`);
    return new Bridge(hostInterface, "macvtap", options);
  }

  /** A bridge that libvirt creates, without addresses: guests reach only each other. */
  static libvirt(
    scope: Construct,
    id: string,
    options: { readonly name?: string; readonly bridge?: string; readonly mtu?: number } = {},
  ): Network {
    return new Network(scope, id, { ...options, mode: "isolated" });
  }

  /** A libvirt network on this bridge. */
  asNetwork(scope: Construct, id: string, props: BridgeNetworkProps = {}): BridgeNetwork {
    return new BridgeNetwork(scope, id, props, this.portGroups, this.#network());
  }

  get attachmentKey(): string {
    return `${this.kind}:${this.name}`;
  }

  /** @internal */
  attach(request: NicRequest): NicTarget {
    const vlan = this.#vlanOf(request);
    switch (this.kind) {
      case "existing":
        return { source: { bridge: { bridge: this.name } }, ...(vlan ? { vlan } : {}) };
      case "openvswitch":
        return { source: { bridge: { bridge: this.name } }, virtualPort: { params: { openVSwitch: {} } }, ...(vlan ? { vlan } : {}) };
      case "macvtap":
        return { source: { direct: { dev: this.name, mode: this.#mode } }, ...(vlan ? { vlan } : {}) };
    }
  }

  #vlanOf({ what, portGroup, vlan }: NicRequest): NicTarget["vlan"] {
    if (vlan && this.kind === "existing") throw networkError.linuxBridgeVlan(what, this.name, vlan[0]);
    if (portGroup !== undefined) {
      const group = findPortGroup(what, portGroup, this.portGroups, this.name);
      return vlanTags(group.vlans, group);
    }
    if (vlan) return vlanTags(vlan);
    const usual = this.portGroups.find((group) => group.default);
    return usual ? vlanTags(usual.vlans, usual) : this.#vlans && vlanTags(this.#vlans);
  }

  #network(): Omit<NetworkConfig, "name"> {
    if (this.kind === "macvtap") return { forward: { mode: this.#mode, interfaces: [{ dev: this.name }] } };
    const bridged: Omit<NetworkConfig, "name"> = { forward: { mode: "bridge" }, bridge: { name: this.name } };
    if (this.kind === "existing") return bridged;
    return {
      ...bridged,
      virtualPort: { params: { openVSwitch: {} } },
      vlan: this.#vlans && vlanTags(this.#vlans),
      portGroups:
        this.portGroups.length === 0
          ? undefined
          : this.portGroups.map((group) => ({
              name: group.name,
              default: group.default ? "yes" : undefined,
              vlan: vlanTags(group.vlans, group),
            })),
    };
  }
}
