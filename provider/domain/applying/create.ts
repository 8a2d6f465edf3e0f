import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { DomainDefine, DomainXml } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { parseXml, serializeXml } from "../../../model/xml.ts";
import { domain as table } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { newUuid } from "../../identity.ts";
import { forget, type Place } from "../../journal.ts";
import { nameAfter, withUuid } from "../../named.ts";
import type { Making } from "../../named-resource.ts";
import type { Context } from "../../protocol/resource.ts";
import { diagnosed } from "../../diagnose.ts";
import { recordState } from "../../resource.ts";
import { waitForAddresses } from "./addresses.ts";
import { undefineFully } from "./delete.ts";
import { withModulesApart } from "../observing/memory-modules.ts";
import { domainActual } from "../observing/observe.ts";
import { reasons } from "./reasons.ts";
import { named } from "../named.ts";
import { isValidated, updateTimeout } from "../settings.ts";
import { isStarted, start } from "./start.ts";
import { stop } from "./stop.ts";

/** Defines the guest, and starts it if it is to run. On failure, nothing is left behind. */
export function create(planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  const { client, signal } = context;
  const autostart = planned["autostart"] === true;
  let actual: Values = {};
  return named.create(planned, context, {
    newUuid,
    take: async (found, same, libvirt) => {
      if (found.id === undefined || (same && planned["running"] !== false)) return found;
      await stop(libvirt, found, { timeout: updateTimeout(planned), signal });
      return { name: found.name, uuid: found.uuid };
    },
    make: (making) => make(making, planned, autostart, client),
    record: async (ref, { domains }) => {
      const definition = parseXml(await domains.xml(ref, DomainXml.INACTIVE | DomainXml.SECURE));
      actual = domainActual(definition, { id: ref.id ?? -1, running: ref.id !== undefined, autostart });
      const state = recordState(table, planned, actual, context, withModulesApart(planned, actual));
      context.keep(state);
      return state;
    },
    wait: async (ref, libvirt) => {
      if (planned["running"] === true) await waitForAddresses(libvirt, ref, planned, actual, signal);
    },
  });
}

async function make(
  { libvirt, xml, place, uuid, left }: Making<DomainRef>,
  planned: Values,
  autostart: boolean,
  host: Host,
): Promise<DomainRef> {
  const { domains } = libvirt;
  const { name } = place;
  const fail = (verb: string, error: unknown): unknown =>
    diagnosed(error, { doing: `${verb} the guest ${name}`, fields: table.fields, values: planned, rules: reasons });
  let ref: DomainRef;
  try {
    ref = await domains.define(serializeXml(withUuid(xml, uuid)), isValidated(planned) ? DomainDefine.VALIDATE : 0);
  } catch (error) {
    const first = left === undefined ? await nameAfter(error, place, () => domains.lookupByName(name), uuid, host) : undefined;
    throw first ?? fail("define", error);
  }
  try {
    if (autostart || left !== undefined) await domains.setAutostart(ref, autostart);
    if (left?.id !== undefined && (await isStarted(domains, left))) return left; // a killed apply's start goes on in libvirt
    return planned["running"] === true ? await startOnce(libvirt, ref, planned, host) : ref;
  } catch (error) {
    if (left === undefined) await removeQuietly(libvirt, ref, place);
    throw fail("start", error);
  }
}

/** If another process has already started the guest, the goal is reached. */
async function startOnce({ domains }: Libvirt, ref: DomainRef, planned: Values, host: Host): Promise<DomainRef> {
  try {
    return await start(domains, ref, planned, host);
  } catch (error) {
    const now = isLibvirtError(error, "OPERATION_INVALID") ? await domains.lookupByUUID(ref.uuid) : ref;
    if (now.id === undefined || !(await isStarted(domains, now))) throw error;
    return now;
  }
}

/** Never throws, to preserve the original error. */
async function removeQuietly(libvirt: Libvirt, ref: DomainRef, place: Place): Promise<void> {
  try {
    await stop(libvirt, ref, { timeout: 0 });
    await undefineFully(libvirt, ref);
    forget(place);
  } catch {
    // libvirt is gone: the journal marks the guest as incomplete, and the next apply adopts it
  }
}
