import { Construct } from "constructs";
import { unknownHost } from "./errors.ts";
import { HostStack, type HostStackProps } from "../stacks/host-stack.ts";

export interface FleetStackProps extends Omit<HostStackProps, "uri"> {
  /** The hosts: a URI each, or the host's own props, which override the shared ones. */
  readonly hosts: Readonly<Record<string, string | HostStackProps>>;
}

/**
 * Several KVM hosts with common props: a HostStack for each, so that each has its own state, and they plan and apply
 * separately and in parallel.
 *
 * ```ts
 * const fleet = new FleetStack(app, "fleet", {
 *   hosts: { kvm1: "qemu+ssh://root@kvm1/system", kvm2: "qemu+ssh://root@kvm2/system" },
 * });
 * fleet.forEachHost((host) => new Network(host, "lan", { ipv4: "10.0.0.0/24" }));
 * new VM(fleet.host("kvm1"), "web1", { memory: "2 GiB" });
 * ```
 */
export class FleetStack extends Construct {
  /** In the order of the props. */
  readonly hosts: readonly HostStack[];

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: FleetStackProps) {
    super(scope, id);
    const { hosts, ...shared } = props;
    this.hosts = Object.entries(hosts).map(
      ([name, own]) => new HostStack(this, name, { ...shared, ...(typeof own === "string" ? { uri: own } : own) }),
    );
  }

  /** The stack of a host. @throws CdkvmError if the fleet has no such host */
  host(name: string): HostStack {
    const found = this.hosts.find((host) => host.node.id === name);
    if (found) return found;
    throw unknownHost(
      this.node.path,
      name,
      this.hosts.map((host) => host.node.id),
    );
  }

  /** Runs it for every host. */
  forEachHost(build: (host: HostStack) => void): void {
    for (const host of this.hosts) build(host);
  }
}
