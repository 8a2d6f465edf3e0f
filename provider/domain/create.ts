import { randomUUID } from "node:crypto";
import { writeXml } from "../../libvirt/codec/write.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError, LibvirtError } from "../../libvirt/errors.ts";
import { Affect, DomainDefine, DomainXml } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { element, parseXml, serializeXml, type XmlElement } from "../../libvirt/xml.ts";
import { domain as table } from "../../model/domain/index.ts";
import { asText, type Values } from "../../model/values.ts";
import type { Host } from "../host.ts";
import { markMade, refuseMade } from "../claims.ts";
import { isMadeHere, uuidOf } from "../identity.ts";
import { nameTaken } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { refused } from "../refused.ts";
import { recorded } from "../resource.ts";
import { waitForAddresses } from "./addresses.ts";
import { undefineFully } from "./delete.ts";
import { withModulesApart } from "./memory-modules.ts";
import { domainActual } from "./observe.ts";
import { reasons } from "./reasons.ts";
import { isValidated, updateTimeout } from "./settings.ts";
import { start } from "./start.ts";
import { stop } from "./stop.ts";
import { isUnfinished, markUnfinished, NAMESPACE, PREFIX, withoutMark } from "./unfinished.ts";

/** Defines the guest and starts it where it is to run. On failure nothing of it is left. */
export function create(planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  return context.client.exclusive(`domain ${asText(planned["name"])}`, () => createAlone(planned, context));
}

async function createAlone(planned: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const libvirt = await host.libvirt();
  const name = asText(planned["name"]);
  refuseMade("guest", name, host);
  const written = writeXml(table, planned);
  const wanted = uuidOf(await host.hostname(), name, written);
  const taken = await takeOver(host, libvirt, name, wanted, planned, context.signal);
  const starts = planned["running"] === true;
  const autostart = planned["autostart"] === true;

  const xml = starts || autostart ? markUnfinished(written) : written;
  let ref: DomainRef;
  try {
    ref = await define(libvirt, xml, taken?.uuid ?? wanted, taken === undefined, planned);
  } catch (error) {
    throw refused(error, { doing: `define the guest ${name}`, fields: table.fields, values: planned, rules: reasons });
  }
  try {
    if (autostart || taken !== undefined) await libvirt.domains.setAutostart(ref, autostart);
    if (starts && taken?.id === undefined) ref = await start(libvirt.domains, ref, planned, host);
    else if (taken?.id !== undefined) ref = taken;
  } catch (error) {
    if (taken === undefined) await removeQuietly(libvirt, ref);
    throw refused(error, { doing: `start the guest ${name}`, fields: table.fields, values: planned, rules: reasons });
  }
  const definition = await finish(libvirt, ref, xml !== written);
  const actual = domainActual(definition, { id: ref.id ?? -1, running: ref.id !== undefined, autostart });
  const state = recorded(table, planned, actual, context, withModulesApart(planned, actual));
  context.keep(state);
  markMade("guest", name, host);
  if (starts) await waitForAddresses(libvirt, ref, planned, actual, context.signal);
  return state;
}

/**
 * What has the name already. A guest that an earlier, killed apply left is taken over; it keeps its UUID, and goes on
 * running where it was made from this same configuration.
 * @throws CDKVM_NAME_TAKEN for any other
 */
async function takeOver(
  host: Host,
  libvirt: Libvirt,
  name: string,
  wanted: string,
  planned: Values,
  signal: AbortSignal,
): Promise<DomainRef | undefined> {
  const { domains } = libvirt;
  let found: DomainRef;
  try {
    found = await domains.lookupByName(name);
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return undefined;
    throw error;
  }
  const same = found.uuid === wanted;
  if (!same && !isUnfinished(parseXml(await domains.xml(found, DomainXml.INACTIVE)))) {
    throw nameTaken({ noun: "guest" }, found, host, isMadeHere(found.uuid, await host.hostname(), name));
  }
  host.adopt(found.uuid);
  if (found.id === undefined || (same && planned["running"] !== false)) return found;
  await stop(libvirt, found, { timeout: updateTimeout(planned), signal });
  return { name: found.name, uuid: found.uuid };
}

/** A UUID that something under another name has by now gives way to a random one. */
async function define({ domains }: Libvirt, xml: XmlElement, uuid: string, mayChoose: boolean, planned: Values): Promise<DomainRef> {
  const flags = isValidated(planned) ? DomainDefine.VALIDATE : 0;
  try {
    return await domains.define(serializeXml(withUuid(xml, uuid)), flags);
  } catch (error) {
    if (!mayChoose || !(error instanceof LibvirtError) || !/already (defined|exists) with uuid/.test(error.message)) throw error;
    return domains.define(serializeXml(withUuid(xml, randomUUID())), flags);
  }
}

function withUuid(domain: XmlElement, uuid: string): XmlElement {
  return { ...domain, children: [{ ...element("uuid"), children: [uuid] }, ...domain.children] };
}

/** The finished definition, the mark of the unfinished one taken away. */
async function finish({ domains }: Libvirt, ref: DomainRef, marked: boolean): Promise<XmlElement> {
  const definition = withoutMark(parseXml(await domains.xml(ref, DomainXml.INACTIVE | DomainXml.SECURE)));
  if (!marked) return definition;
  await domains.define(serializeXml(definition));
  if (ref.id !== undefined) {
    await domains.setMetadata(ref, "element", undefined, { key: PREFIX, uri: NAMESPACE, flags: Affect.LIVE }).catch((error: unknown) => {
      if (!(error instanceof LibvirtError)) throw error; // it stopped again, or a newer libvirt finds nothing to remove
    });
  }
  return definition;
}

/** Keeps the error that led here, whatever happens now. */
async function removeQuietly(libvirt: Libvirt, ref: DomainRef): Promise<void> {
  try {
    await stop(libvirt, ref, { timeout: 0 });
    await undefineFully(libvirt, ref);
  } catch {
    // libvirt is gone: the definition bears the mark, and the next apply takes it over
  }
}
