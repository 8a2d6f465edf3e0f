import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { serializeXml } from "../../model/xml.ts";
import { network as table } from "../../model/network.ts";
import type { Values } from "../../model/values.ts";
import { newUuid } from "../identity.ts";
import { forget, type Place } from "../journal.ts";
import type { Host } from "../host.ts";
import { nameAfter, withUuid } from "../named.ts";
import type { Making } from "../named-resource.ts";
import type { Context } from "../protocol/resource.ts";
import { recorded } from "../resource.ts";
import { isBridgeTaken, leavesBridgeOpen } from "./bridge.ts";
import { startWithGuests } from "./replug.ts";
import { explained, named, observe } from "./settings.ts";

/** Defines the network and starts it. On failure nothing of it is left. */
export const create = (planned: Values, _config: Values, context: Context<Host>): Promise<Values> =>
  named.alone(planned["name"], context.client, async () => {
    const { state } = await named.create(planned, context, {
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
        if (observed === null) throw new Error(`the network ${ref.name} went away while it was being made`);
        return recorded(table, planned, observed, context);
      },
    });
    return state;
  });

async function make({ libvirt, xml, place, uuid, left }: Making<NetworkRef>, planned: Values, context: Context<Host>): Promise<NetworkRef> {
  const { client: host } = context;
  const { networks } = libvirt;
  // two definitions at once that leave the bridge's name open would get the same one from libvirt
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
    const told = await explained(error, "start", planned, libvirt, ref);
    if (left === undefined) await removeQuietly(libvirt, ref, place);
    throw told;
  }
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
