import { randomBytes } from "node:crypto";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { Affect, ListDomains } from "../../libvirt/flags.ts";
import type { DomainRef, NetworkRef } from "../../libvirt/refs.ts";
import { child, childrenNamed, clone, parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { messageOf } from "../../model/errors.ts";

interface Plug {
  readonly domain: DomainRef;
  readonly device: XmlElement;
}

/** The interfaces of running guests that are on a network. */
export async function plugsOf({ domains }: Libvirt, network: string): Promise<readonly Plug[]> {
  const found = await Promise.all(
    (await domains.list(ListDomains.ACTIVE)).map(async (domain): Promise<Plug[]> => {
      try {
        const xml = await domains.xml(domain);
        if (!xml.includes(network)) return [];
        const devices = child(parseXml(xml), "devices");
        const all = devices === undefined ? [] : childrenNamed(devices, "interface");
        return all.filter((one) => child(one, "source")?.attributes["network"] === network).map((device) => ({ domain, device }));
      } catch (error) {
        if (isLibvirtError(error, "NO_DOMAIN")) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}

/** Modes in which the bridge belongs to the host and outlives the network. */
const OUTLIVES: ReadonlySet<string> = new Set(["bridge", "private", "vepa", "passthrough", "hostdev"]);

/**
 * Starts a network, and reconnects the running guests that were on it: libvirt creates a new bridge and leaves their
 * interfaces disconnected. libvirt sees no change in an interface that gets the same network again, so each one is moved
 * to a temporary network and back.
 */
export async function startWithGuests(libvirt: Libvirt, ref: NetworkRef, { warn }: Context<Host>): Promise<void> {
  const { networks } = libvirt;
  await networks.create(ref);
  const definition = parseXml(await networks.xml(ref));
  if (OUTLIVES.has(child(definition, "forward")?.attributes["mode"] ?? "")) return;
  const plugs = await plugsOf(libvirt, ref.name);
  if (plugs.length === 0) return;
  const id = randomBytes(4).toString("hex");
  const between = await networks.createTransient(`<network><name>cdkvm-replug-${id}</name><bridge name='cdkvm-${id}'/></network>`);
  try {
    for (const plug of plugs) {
      try {
        await move(libvirt, plug, between.name);
        await move(libvirt, plug, undefined);
      } catch (error) {
        if (isLibvirtError(error, "NO_DOMAIN")) continue;
        warn({
          summary: `${plug.domain.name} lost its connection to the network ${ref.name}`,
          detail: `Its interface ${child(plug.device, "mac")?.attributes["address"] ?? ""} could not be reconnected: ${messageOf(error)}\n  fix: restart the guest`,
        });
      }
    }
  } finally {
    await networks.destroy(between);
  }
}

/** `to` undefined: back to the original network. */
async function move({ domains }: Libvirt, { domain, device }: Plug, to: string | undefined): Promise<void> {
  const changed = clone(device);
  const source = child(changed, "source");
  if (source === undefined) return;
  const { network = "", portgroup } = source.attributes;
  source.attributes = to === undefined ? { network, ...(portgroup === undefined ? {} : { portgroup }) } : { network: to };
  await domains.devices.update(domain, serializeXml(changed), Affect.LIVE);
}
