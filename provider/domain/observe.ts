import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { DomainXml } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { parseXml, type XmlElement } from "../../libvirt/xml.ts";
import { domain as table } from "../../model/domain/index.ts";
import type { Values } from "../../model/values.ts";
import { actualOf } from "../resource.ts";
import { withLiveDrift } from "./drift.ts";
import { withoutMark } from "./unfinished.ts";
import { withModulesApart } from "./memory-modules.ts";

/** A guest as libvirt has it now. */
export interface Observed {
  readonly ref: DomainRef;
  readonly active: boolean;
  readonly autostart: boolean;
  /** The definition, secrets included, without cdkvm's own mark. */
  readonly definition: XmlElement;
  /** What runs, where it runs. */
  readonly live: XmlElement | undefined;
  /** The definition in the table's attributes, with what differs in the running guest. */
  readonly actual: Values;
}

/**
 * `null` where libvirt says that there is no such domain.
 *
 * @param known the state, or what is planned, which tells what drift is where guest and definition differ: see {@link withLiveDrift}
 */
export async function observe(libvirt: Libvirt, uuid: string, known?: Values): Promise<Observed | null> {
  const { domains } = libvirt;
  const domain: DomainRef = { name: "", uuid };
  const running = domains
    .lookupByUUID(uuid)
    .then(async (ref) => ({ ref, live: ref.id === undefined ? undefined : await liveXml(libvirt, ref) }));
  try {
    const [{ ref, live }, xml, autostart] = await Promise.all([
      running,
      domains.xml(domain, DomainXml.INACTIVE | DomainXml.SECURE),
      autostartOf(libvirt, domain),
    ]);
    const definition = withoutMark(parseXml(xml));
    const active = live !== undefined;
    const beside = { id: active ? (ref.id ?? -1) : -1, autostart, running: active };
    const actual = domainActual(definition, beside);
    const found = live === undefined ? actual : withLiveDrift(actual, actualOf(table, live), known);
    return { ref, active, autostart, definition, live, actual: known === undefined ? found : withModulesApart(known, found) };
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return null;
    throw error;
  }
}

/** A definition in the table's attributes; libvirt leaves out how many CPUs are online where all of them are. */
export function domainActual(definition: XmlElement, beside: Values): Values {
  const actual = actualOf(table, definition, beside);
  return { ...actual, vcpu_current: actual["vcpu_current"] ?? actual["vcpu"] ?? null };
}

/** Undefined where the guest stopped in between. */
async function liveXml({ domains }: Libvirt, ref: DomainRef): Promise<XmlElement | undefined> {
  const xml = withoutMark(parseXml(await domains.xml(ref, DomainXml.SECURE)));
  return "id" in xml.attributes ? xml : undefined;
}

/** A guest that is not defined (transient) has no autostart. */
async function autostartOf({ domains }: Libvirt, ref: DomainRef): Promise<boolean> {
  try {
    return await domains.autostart(ref);
  } catch (error) {
    if (isLibvirtError(error, "OPERATION_INVALID")) return false;
    throw error;
  }
}
