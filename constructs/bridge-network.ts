import { Construct } from "constructs";
import { findPortGroup, vlanTags, type Attachable, type NicRequest, type NicTarget } from "./attachment.ts";
import { identityPath } from "./moved.ts";
import { claimName } from "./names.ts";
import { Network as NetworkResource, type NetworkConfig } from "./provider-libvirt/index.ts";

export interface BridgeNetworkProps {
  /** Name of the libvirt network. @default - from the construct path */
  readonly name?: string;
  /** Start at host boot. @default true */
  readonly autostart?: boolean;
  /** Never destroy or replace it. @default false */
  readonly protect?: boolean;
}

/** A libvirt network that forwards guests to a bridge of the host; created by {@link Bridge.asNetwork}. */
export class BridgeNetwork extends Construct implements Attachable {
  readonly name: string;
  readonly resource: NetworkResource;
  readonly #portGroups: readonly { readonly name: string }[];

  /** @internal */
  constructor(
    scope: Construct,
    id: string,
    props: BridgeNetworkProps,
    portGroups: readonly { readonly name: string }[],
    config: Omit<NetworkConfig, "name">,
  ) {
    super(scope, id);
    this.#portGroups = portGroups;
    this.resource = new NetworkResource(this, "Default", {
      ...config,
      name: claimName(this, "Network", { given: props.name }),
      autostart: props.autostart ?? true,
      ...(props.protect ? { lifecycle: { preventDestroy: true } } : {}),
    });
    this.name = this.resource.name;
  }

  get attachmentKey(): string {
    return identityPath(this);
  }

  /** @internal */
  attach({ what, portGroup, vlan }: NicRequest): NicTarget {
    if (portGroup !== undefined) findPortGroup(what, portGroup, this.#portGroups, this.node.path);
    return { source: { network: { network: this.name, portGroup } }, ...(vlan ? { vlan: vlanTags(vlan) } : {}) };
  }
}
