import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { serializeXml } from "../../model/xml.ts";
import { network as table } from "../../model/network.ts";
import type { Values } from "../../model/values.ts";
import { newUuid } from "../identity.ts";
import { forget, type Place } from "../journal.ts";
import { disappeared } from "../errors.ts";
import type { Host } from "../host.ts";
import { nameAfter, withUuid } from "../named.ts";
import type { Making } from "../named-resource.ts";
import type { Context } from "../protocol/resource.ts";
import { recordState } from "../resource.ts";
import { isBridgeTaken, leavesBridgeOpen } from "./bridge.ts";
import { startWithGuests } from "./replug.ts";
import { explained, named, NOUN, observe } from "./settings.ts";

/** Defines and starts the network. On failure, nothing is left behind. */
export const create = (planned: Values, _config: Values, context: Context<Host>): Promise<Values> =>
  named.create(planned, context, {
    newUuid,
    take: async (found, same, { networks }) => {
      if (same) return found;
      if (await networks.isActive(found)) await networks.destroy(found);
      await networks.undefine(found);
      return undefined;
    },
    make: (making) => make(making, planned, context),
    record: async (ref, libvirt) => {
      const observed = await observe(libvirt, ref.uuid);
      if (observed === null) throw disappeared(NOUN, ref.name, "created");
      return recordState(table, planned, observed, context);
    },
  });

async function make({ libvirt, xml, place, uuid, left }: Making<NetworkRef>, planned: Values, context: Context<Host>): Promise<NetworkRef> {
  const { client: host } = context;
  const { networks } = libvirt;
  // libvirt would assign the same bridge name to two concurrent definitions that leave it open
  const define = (): Promise<NetworkRef> =>
    host.locks.exclusive("network bridges", () => networks.define(serializeXml(withUuid(xml, uuid))));
  let ref: NetworkRef;
  try {
    ref = left ?? (await define());
  } catch (error) {
    const taken = await nameAfter(error, place, () => networks.lookupByName(place.name), uuid, host);
    throw taken ?? (await explained(error, "define", planned));
  }
  try {
    const autostart = planned["autostart"] === true;
    if (left !== undefined || autostart) await networks.setAutostart(ref, autostart);
    if (planned["active"] !== false && !(await networks.isActive(ref)))
      await start(libvirt, ref, leavesBridgeOpen(planned) ? define : undefined, context);
    return ref;
  } catch (error) {
    const reported = await explained(error, "start", planned, libvirt, ref);
    if (left === undefined) await removeQuietly(libvirt, ref, place);
    throw reported;
  }
}

/** The number of stacks that may start a network on one host at the same moment. */
const TRIES = 20;

/**
 * Starts the network. libvirt chooses the bridge name when a network is defined, and may give the same name to two networks: the one
 * that starts later is redefined to get another name. If another process has already started this network, the goal is reached.
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

/** Never throws, to preserve the original error. */
async function removeQuietly({ networks }: Libvirt, ref: NetworkRef, place: Place): Promise<void> {
  try {
    if (await networks.isActive(ref)) await networks.destroy(ref);
    await networks.undefine(ref);
    forget(place);
  } catch {
    // libvirt is gone: the journal marks the network as incomplete, and the next apply adopts it
  }
}
