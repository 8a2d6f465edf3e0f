import type { Libvirt } from "../../../libvirt/connection.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { DomainXml } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import { child, parseXml, textOf, type XmlElement } from "../../../model/xml.ts";
import { domain as table } from "../../../model/domain/index.ts";
import type { Values } from "../../../model/values.ts";
import { actualOf } from "../../resource.ts";
import { withLiveDrift } from "./drift.ts";
import { withModulesApart } from "./memory-modules.ts";
import { type Overlay, overlaysOf, withoutOverlays } from "./overlays.ts";

/** A guest as libvirt has it now. */
export interface Observed {
  readonly ref: DomainRef;
  readonly active: boolean;
  readonly autostart: boolean;
  /** The definition, including secrets, without cdkvm's own mark. */
  readonly definition: XmlElement;
  /** The live XML, if the guest runs. */
  readonly live: XmlElement | undefined;
  /** The live XML in the table's attributes. */
  readonly running: Values | undefined;
  /** Disks with snapshot overlays; in `actual`, they have their backing file. */
  readonly overlays: readonly Overlay[];
  /** The definition in the table's attributes, with the drift of the running guest. */
  readonly actual: Values;
}

/**
 * `null` if libvirt says that the domain does not exist.
 *
 * @param known the state, or the planned values: decides what is drift if guest and definition differ, see {@link withLiveDrift}
 */
export async function observe(libvirt: Libvirt, uuid: string, known?: Values): Promise<Observed | null> {
  const domain: DomainRef = { name: "", uuid };
  try {
    const [{ definition, live }, autostart] = await Promise.all([describe(libvirt, domain), autostartOf(libvirt, domain)]);
    const active = live !== undefined;
    const ref = { name: nameOf(definition), uuid, ...(active ? { id: idOf(live) } : {}) };
    const beside = { id: active ? idOf(live) : -1, autostart, running: active };
    const actual = domainActual(definition, beside);
    const inGuest = live === undefined ? undefined : actualOf(table, live);
    const found = inGuest === undefined ? actual : withLiveDrift(actual, inGuest, known);
    const overlays = known === undefined ? [] : overlaysOf(known, definition);
    return {
      ref,
      active,
      autostart,
      definition,
      live,
      running: inGuest,
      overlays,
      actual: known === undefined ? found : withModulesApart(known, withoutOverlays(known, found, overlays)),
    };
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return null;
    throw error;
  }
}

/** A definition in the table's attributes; libvirt omits the number of online CPUs if all are online. */
export function domainActual(definition: XmlElement, beside: Values): Values {
  const actual = actualOf(table, definition, beside);
  return { ...actual, vcpu_current: actual["vcpu_current"] ?? actual["vcpu"] ?? null };
}

/** For a guest that is not running, libvirt returns the definition, so a single query is enough. */
async function describe({ domains }: Libvirt, domain: DomainRef): Promise<Pick<Observed, "definition" | "live">> {
  const now = parseXml(await domains.xml(domain, DomainXml.SECURE));
  if (!("id" in now.attributes)) return { definition: now, live: undefined };
  return { definition: parseXml(await domains.xml(domain, DomainXml.INACTIVE | DomainXml.SECURE)), live: now };
}

const idOf = (live: XmlElement): number => Number(live.attributes["id"]);

function nameOf(definition: XmlElement): string {
  const name = child(definition, "name");
  return name === undefined ? "" : textOf(name);
}

/** A transient guest has no autostart. */
async function autostartOf({ domains }: Libvirt, ref: DomainRef): Promise<boolean> {
  try {
    return await domains.autostart(ref);
  } catch (error) {
    if (isLibvirtError(error, "OPERATION_INVALID")) return false;
    throw error;
  }
}
