import type { Construct } from "constructs";
import { hostName } from "../model/name.ts";
import { Ip } from "../model/ip.ts";
import type { Attachable, NicTarget } from "./attachment.ts";
import { addressError } from "./errors.ts";
import { identityPath } from "./moved.ts";
import { claimMac, takeMac } from "./names.ts";
import type { DomainDevicesInterfaces } from "./provider-libvirt/index.ts";
import { expectSameHost } from "./same-host.ts";
import type { NicProps } from "./vm-props.ts";

export interface NicContext {
  readonly scope: Construct;
  readonly what: string;
  /** The guest's name, for DHCP. */
  readonly name: string;
  /** How the VM waits for an address, if at all. */
  readonly wait: { readonly timeout: number; readonly source: string } | undefined;
}

export const isAttachable = (value: unknown): value is Attachable =>
  typeof value === "object" && value !== null && typeof (value as Partial<Attachable>).attach === "function";

/** An interface as provider configuration; reserves its address, if any, in the network's DHCP. */
export function nicConfig(
  nic: NicProps,
  earlier: readonly DomainDevicesInterfaces[],
  keys: string[],
  context: NicContext,
): DomainDevicesInterfaces {
  const where = nic.network ?? nic.bridge;
  expectSameHost(context.scope, context.what, "networks", where);
  const vlan = nic.vlan === undefined ? undefined : typeof nic.vlan === "number" ? [nic.vlan] : nic.vlan;
  const key = typeof where === "string" ? where : (where?.attachmentKey ?? "");
  const mac = nic.mac === undefined ? derivedMac(key, keys, context) : takeMac(context.scope, context.what, nic.mac);
  keys.push(key);
  const target: NicTarget =
    typeof where === "object"
      ? where.attach({ what: context.what, portGroup: nic.portGroup, vlan })
      : { source: { network: { network: where, portGroup: nic.portGroup } } };
  if (nic.ip !== undefined) reserve(nic.ip, mac, where, context);
  const waits = nic.waitForIp ?? (earlier.length === 0 && context.wait !== undefined);
  return {
    model: { type: nic.model ?? "virtio" },
    mac: { address: mac },
    ...target,
    driver: nic.queues === undefined ? undefined : { name: "vhost", queues: nic.queues },
    mtu: nic.mtu === undefined ? undefined : { size: nic.mtu },
    link: nic.link === undefined ? undefined : { state: nic.link },
    waitForIp: waits ? (context.wait ?? { timeout: 300, source: "any" }) : undefined,
  };
}

/** Derived from the path and the attachment, so that other interfaces do not affect it. */
function derivedMac(key: string, keys: readonly string[], { scope }: NicContext): string {
  const same = keys.filter((other) => other === key).length;
  return claimMac(scope, identityPath(scope), key, ...(same === 0 ? [] : [String(same)]));
}

function reserve(address: string, mac: string, where: Attachable | string | undefined, { what, name }: NicContext): void {
  if (typeof where !== "object" || !where.addReservation)
    throw addressError.noDhcp(what, address, typeof where === "string" ? `the network ${JSON.stringify(where)}` : "the bridge");
  const ip = Ip.parse(address);
  const known = isHostName(name);
  if (ip.version === 6 && !known) throw addressError.noHostName(what, name);
  where.addReservation({ ip: address, ...(ip.version === 4 ? { mac } : {}), ...(known ? { name } : {}) });
}

function isHostName(text: string): boolean {
  try {
    return hostName(text) === text;
  } catch {
    return false;
  }
}
