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
  /** The definition, secrets included, without cdkvm's own mark. */
  readonly definition: XmlElement;
  /** What runs, where it runs. */
  readonly live: XmlElement | undefined;
  /** The same in the table's attributes. */
  readonly running: Values | undefined;
  /** Disks that snapshots have laid something on; for `actual` they are on what lies beneath. */
  readonly overlays: readonly Overlay[];
  /** The definition in the table's attributes, with what differs in the running guest. */
  readonly actual: Values;
}

/**
 * `null` where libvirt says that there is no such domain.
 *
 * @param known the state, or what is planned, which tells what drift is where guest and definition differ: see {@link withLiveDrift}
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

/** A definition in the table's attributes; libvirt leaves out how many CPUs are online where all of them are. */
export function domainActual(definition: XmlElement, beside: Values): Values {
  const actual = actualOf(table, definition, beside);
  return { ...actual, vcpu_current: actual["vcpu_current"] ?? actual["vcpu"] ?? null };
}

/** libvirt describes a guest that does not run by its definition, so that one question is enough there. */
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

/** A guest that is not defined (transient) has no autostart. */
async function autostartOf({ domains }: Libvirt, ref: DomainRef): Promise<boolean> {
  try {
    return await domains.autostart(ref);
  } catch (error) {
    if (isLibvirtError(error, "OPERATION_INVALID")) return false;
    throw error;
  }
}
