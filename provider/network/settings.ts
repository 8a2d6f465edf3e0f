import type { Kept } from "../../attributes/normalized-by-libvirt.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { NetworkXml } from "../../libvirt/flags.ts";
import { network as table } from "../../model/network.ts";
import { asText, type Values } from "../../model/values.ts";
import { namedResource } from "../named-resource.ts";
import { diagnosed } from "../diagnose.ts";
import { parseXml, type XmlElement } from "../../model/xml.ts";
import { actualOf, changesBetween, refreshed } from "../resource.ts";
import { stepsBetween, withLiveParts } from "./live.ts";
import { removalOfLeftover } from "./bridge.ts";
import { reasonsWith } from "./reasons.ts";

export const NOUN = "network";

export const named = namedResource<NetworkRef>({
  noun: NOUN,
  list: "virsh net-list --all",
  table,
  none: "NO_NETWORK",
  of: ({ networks }) => networks,
});

type Look = (definition: XmlElement) => Promise<void>;

/**
 * A network as defined in libvirt; `null` if libvirt says that it does not exist.
 *
 * @param state to also show what somebody changed only in the running network (`virsh net-update --live`), where the definition
 * matches the state
 * @param look receives the definition
 */
export async function observe({ networks }: Libvirt, uuid: string, state?: Values, kept?: Kept, look?: Look): Promise<Values | null> {
  const ref = { name: "", uuid };
  try {
    const [definition, autostart, active] = await Promise.all([
      networks.xml(ref, NetworkXml.INACTIVE),
      networks.autostart(ref),
      networks.isActive(ref),
    ]);
    const outsideXml = { autostart, active, id: uuid };
    const after = parseXml(definition);
    await look?.(after);
    const defined = actualOf(table, after, outsideXml);
    if (!active || state === undefined || changesBetween(table, refreshed(table, state, defined, kept), state).length > 0) return defined;
    const live = parseXml(await networks.xml(ref));
    return stepsBetween(live, after).length === 0 ? defined : actualOf(table, withLiveParts(after, live), outsideXml);
  } catch (error) {
    if (isLibvirtError(error, "NO_NETWORK")) return null;
    throw error;
  }
}

/** @param ref the network, if it was defined but did not start */
export async function explained(error: unknown, verb: string, values: Values, libvirt?: Libvirt, ref?: NetworkRef): Promise<unknown> {
  const removal =
    libvirt !== undefined && ref !== undefined && isLibvirtError(error)
      ? await removalOfLeftover(libvirt, ref).catch(() => undefined) // report the original refusal
      : undefined;
  const doing = `${verb} the network ${asText(values["name"])}`;
  return diagnosed(error, { doing, fields: table.fields, values, rules: reasonsWith(removal) });
}
