import { writeXml } from "../../libvirt/codec/write.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { serializeXml } from "../../libvirt/xml.ts";
import { network as table } from "../../model/network.ts";
import { asText, type Values } from "../../model/values.ts";
import { markMade, refuseMade } from "../claims.ts";
import { isMadeHere, uuidOf } from "../identity.ts";
import type { Host } from "../host.ts";
import { nameTaken, orNone, withUuid } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { recorded } from "../resource.ts";
import { startWithGuests } from "./replug.ts";
import { explained, noun, observe } from "./settings.ts";

/** Defines the network and starts it. On failure nothing of it is left. */
export function create(planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  return context.client.exclusive(`network ${asText(planned["name"])}`, () => createAlone(planned, context));
}

async function createAlone(planned: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const libvirt = await host.libvirt();
  const { networks } = libvirt;
  const name = asText(planned["name"]);
  refuseMade(noun.noun, name, host);
  const xml = writeXml(table, planned);
  const uuid = uuidOf(await host.hostname(), name, xml);
  const ours = await takeOver(host, libvirt, name, uuid);
  let ref: NetworkRef;
  try {
    // two definitions at once that leave the bridge's name open would get the same one from libvirt
    const define = (): Promise<NetworkRef> => networks.define(serializeXml(withUuid(xml, uuid)));
    ref = ours ?? (await host.exclusive("network bridges", define));
  } catch (error) {
    throw explained(error, "define", planned);
  }
  try {
    const autostart = planned["autostart"] === true;
    if (ours !== undefined || autostart) await networks.setAutostart(ref, autostart);
    if (planned["active"] !== false && !(await networks.isActive(ref))) await startWithGuests(libvirt, ref, context);
  } catch (error) {
    if (ours === undefined) await networks.undefine(ref).catch(() => {}); // libvirt is gone: the next apply takes it over by its UUID
    throw explained(error, "start", planned);
  }
  const observed = await observe(libvirt, ref.uuid);
  if (observed === null) throw new Error(`the network ${name} went away while it was being made`);
  host.manage(ref.uuid);
  markMade(noun.noun, name, host);
  return recorded(table, planned, observed, context);
}

/** What an earlier, killed apply of this same definition made. @throws CDKVM_NAME_TAKEN for any other network of this name */
async function takeOver(host: Host, { networks }: Libvirt, name: string, uuid: string): Promise<NetworkRef | undefined> {
  const found = await orNone(networks.lookupByName(name), (error) => isLibvirtError(error, "NO_NETWORK"));
  if (found === undefined) return undefined;
  if (found.uuid !== uuid) throw nameTaken(noun, found, host, isMadeHere(found.uuid, await host.hostname(), name));
  host.adopt(uuid);
  return found;
}
