import { writeXml } from "../../libvirt/codec/write.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { serializeXml } from "../../model/xml.ts";
import { network as table } from "../../model/network.ts";
import { asText, type Values } from "../../model/values.ts";
import { markMade, refuseMade } from "../claims.ts";
import { newUuid } from "../identity.ts";
import { forget, identityOf, note, type Place } from "../journal.ts";
import type { Host } from "../host.ts";
import { isSameThing, leftBehind, nameAfter, nameTaken, orNone, placeOf, withUuid } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { recorded } from "../resource.ts";
import { isBridgeTaken, leavesBridgeOpen } from "./bridge.ts";
import { startWithGuests } from "./replug.ts";
import { explained, noun, observe } from "./settings.ts";

/** Defines the network and starts it. On failure nothing of it is left. */
export function create(planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  return context.client.locks.exclusive(`network ${asText(planned["name"])}`, () => createAlone(planned, context));
}

async function createAlone(planned: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const libvirt = await host.libvirt();
  const { networks } = libvirt;
  const name = asText(planned["name"]);
  refuseMade(noun.noun, name, host);
  const xml = writeXml(table, planned);
  const place = await placeOf(noun.noun, name, host);
  const identity = identityOf(xml);
  const left = await takeOver(host, libvirt, place, identity);
  const uuid = left?.uuid ?? newUuid(place.host, name);
  note(place, { phase: "making", identity, uuid });
  // two definitions at once that leave the bridge's name open would get the same one from libvirt
  const define = (): Promise<NetworkRef> =>
    host.locks.exclusive("network bridges", () => networks.define(serializeXml(withUuid(xml, uuid))));
  let ref: NetworkRef;
  try {
    ref = left ?? (await define());
  } catch (error) {
    throw (await nameAfter(error, place, () => networks.lookupByName(name), uuid, host)) ?? (await explained(error, "define", planned));
  }
  try {
    const autostart = planned["autostart"] === true;
    if (left !== undefined || autostart) await networks.setAutostart(ref, autostart);
    if (planned["active"] !== false && !(await networks.isActive(ref)))
      await start(libvirt, ref, leavesBridgeOpen(planned) ? define : undefined, context);
  } catch (error) {
    const told = await explained(error, "start", planned, libvirt, ref);
    if (left === undefined) await removeQuietly(libvirt, ref, place);
    throw told;
  }
  note(place, { phase: "made", identity, uuid });
  const observed = await observe(libvirt, ref.uuid);
  if (observed === null) throw new Error(`the network ${name} went away while it was being made`);
  markMade(noun.noun, name, host);
  return recorded(table, planned, observed, context);
}

/**
 * What an earlier, killed apply of this folder made of this same definition. What it half made of another one goes.
 * @throws CDKVM_NAME_TAKEN for any other network of this name
 */
async function takeOver(host: Host, { networks }: Libvirt, place: Place, identity: string): Promise<NetworkRef | undefined> {
  const entry = await leftBehind(place, host);
  const found = await orNone(networks.lookupByName(place.name), (error) => isLibvirtError(error, "NO_NETWORK"));
  if (found === undefined) return undefined;
  const same = entry?.identity === identity;
  if (!isSameThing(entry, found.uuid) || !(same || entry?.phase === "making")) throw await nameTaken(place.kind, found, host);
  host.ledger.adopt(found.uuid);
  if (same) return found;
  if (await networks.isActive(found)) await networks.destroy(found);
  await networks.undefine(found);
  return undefined;
}

/** As many stacks may start a network on one host at the same moment as there are tries. */
const TRIES = 20;

/**
 * Starts it. libvirt chooses a bridge's name when a network is defined, and may give it to two at once: the one that starts later
 * is defined again, for another name. Somebody who was quicker to start this very network did what was wanted.
 */
async function start(
  libvirt: Libvirt,
  ref: NetworkRef,
  again: (() => Promise<NetworkRef>) | undefined,
  context: Context<Host>,
  tries = TRIES,
): Promise<void> {
  try {
    await startWithGuests(libvirt, ref, context);
  } catch (error) {
    if (isLibvirtError(error, "OPERATION_INVALID") && (await libvirt.networks.isActive(ref))) return;
    if (again === undefined || tries === 1 || !isBridgeTaken(error)) throw error;
    await again();
    await start(libvirt, ref, again, context, tries - 1);
  }
}

/** Keeps the error that led here, whatever happens now. */
async function removeQuietly({ networks }: Libvirt, ref: NetworkRef, place: Place): Promise<void> {
  try {
    if (await networks.isActive(ref)) await networks.destroy(ref);
    await networks.undefine(ref);
    forget(place);
  } catch {
    // libvirt is gone: the journal says that it is half-made, and the next apply takes it over
  }
}
