import { writeXml } from "../../../libvirt/codec/write.ts";
import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { DomainDefine, DomainXml } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { parseXml, serializeXml } from "../../../model/xml.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { asText, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { markMade, refuseMade } from "../../claims.ts";
import { newUuid } from "../../identity.ts";
import { forget, identityOf, note, type Place } from "../../journal.ts";
import { isSameThing, leftBehind, nameAfter, nameTaken, orNone, placeOf, withUuid } from "../../named.ts";
import type { Context } from "../../protocol/resource.ts";
import { refused } from "../../refused.ts";
import { recorded } from "../../resource.ts";
import { waitForAddresses } from "./addresses.ts";
import { undefineFully } from "./delete.ts";
import { withModulesApart } from "../observing/memory-modules.ts";
import { domainActual } from "../observing/observe.ts";
import { reasons } from "./reasons.ts";
import { isValidated, updateTimeout } from "../settings.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";

/** Defines the guest and starts it where it is to run. On failure nothing of it is left. */
export function create(planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  return context.client.locks.exclusive(`domain ${asText(planned["name"])}`, () => createAlone(planned, context));
}

async function createAlone(planned: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const libvirt = await host.libvirt();
  const { domains } = libvirt;
  const name = asText(planned["name"]);
  refuseMade(NOUN, name, host);
  const xml = writeXml(table, planned);
  const place = await placeOf(NOUN, name, host);
  const identity = identityOf(xml);
  const left = await takeOver(host, libvirt, place, identity, planned, context.signal);
  const uuid = left?.uuid ?? newUuid(place.host, name);
  const starts = planned["running"] === true;
  const autostart = planned["autostart"] === true;

  note(place, { phase: "making", identity, uuid });
  let ref: DomainRef;
  try {
    ref = await domains.define(serializeXml(withUuid(xml, uuid)), isValidated(planned) ? DomainDefine.VALIDATE : 0);
  } catch (error) {
    const first = left === undefined ? await nameAfter(error, place, () => domains.lookupByName(name), uuid, host) : undefined;
    throw first ?? refused(error, { doing: `define the guest ${name}`, fields: table.fields, values: planned, rules: reasons });
  }
  try {
    if (autostart || left !== undefined) await domains.setAutostart(ref, autostart);
    if (left?.id !== undefined) ref = left;
    else if (starts) ref = await startOnce(libvirt, ref, planned, host);
  } catch (error) {
    if (left === undefined) await removeQuietly(libvirt, ref, place);
    throw refused(error, { doing: `start the guest ${name}`, fields: table.fields, values: planned, rules: reasons });
  }
  note(place, { phase: "made", identity, uuid });
  const definition = parseXml(await domains.xml(ref, DomainXml.INACTIVE | DomainXml.SECURE));
  const actual = domainActual(definition, { id: ref.id ?? -1, running: ref.id !== undefined, autostart });
  const state = recorded(table, planned, actual, context, withModulesApart(planned, actual));
  context.keep(state);
  markMade(NOUN, name, host);
  if (starts) await waitForAddresses(libvirt, ref, planned, actual, context.signal);
  return state;
}

const NOUN = "guest";

/**
 * What has the name already. A guest that an earlier, killed apply of this folder left is taken over; it keeps its UUID, and goes
 * on running where it was made from this same configuration.
 * @throws CDKVM_NAME_TAKEN for any other
 */
async function takeOver(
  host: Host,
  libvirt: Libvirt,
  place: Place,
  identity: string,
  planned: Values,
  signal: AbortSignal,
): Promise<DomainRef | undefined> {
  const entry = await leftBehind(place, host);
  const found = await orNone(libvirt.domains.lookupByName(place.name), (error) => isLibvirtError(error, "NO_DOMAIN"));
  if (found === undefined) return undefined;
  const same = entry?.identity === identity;
  if (!isSameThing(entry, found.uuid) || !(same || entry?.phase === "making")) throw await nameTaken(NOUN, found, host);
  host.ledger.adopt(found.uuid);
  if (found.id === undefined || (same && planned["running"] !== false)) return found;
  await stop(libvirt, found, { timeout: updateTimeout(planned), signal });
  return { name: found.name, uuid: found.uuid };
}

/** Somebody who was quicker to start it did what was wanted. */
async function startOnce({ domains }: Libvirt, ref: DomainRef, planned: Values, host: Host): Promise<DomainRef> {
  try {
    return await start(domains, ref, planned, host);
  } catch (error) {
    const now = isLibvirtError(error, "OPERATION_INVALID") ? await domains.lookupByUUID(ref.uuid) : ref;
    if (now.id === undefined) throw error;
    return now;
  }
}

/** Keeps the error that led here, whatever happens now. */
async function removeQuietly(libvirt: Libvirt, ref: DomainRef, place: Place): Promise<void> {
  try {
    await stop(libvirt, ref, { timeout: 0 });
    await undefineFully(libvirt, ref);
    forget(place);
  } catch {
    // libvirt is gone: the journal says that it is half-made, and the next apply takes it over
  }
}
