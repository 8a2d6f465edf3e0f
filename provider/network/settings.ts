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
 * A network as libvirt has it defined; `null` where libvirt says that there is none.
 *
 * @param state shows what somebody changed in the running network alone (`virsh net-update --live`), where the definition is
 * as the state has it
 * @param look gets to see the definition itself
 */
export async function observe({ networks }: Libvirt, uuid: string, state?: Values, kept?: Kept, look?: Look): Promise<Values | null> {
  const ref = { name: "", uuid };
  try {
    const [definition, autostart, active] = await Promise.all([
      networks.xml(ref, NetworkXml.INACTIVE),
      networks.autostart(ref),
      networks.isActive(ref),
    ]);
    const beside = { autostart, active, id: uuid };
    const after = parseXml(definition);
    await look?.(after);
    const defined = actualOf(table, after, beside);
    if (!active || state === undefined || changesBetween(table, refreshed(table, state, defined, kept), state).length > 0) return defined;
    const live = parseXml(await networks.xml(ref));
    return stepsBetween(live, after).length === 0 ? defined : actualOf(table, withLiveParts(after, live), beside);
  } catch (error) {
    if (isLibvirtError(error, "NO_NETWORK")) return null;
    throw error;
  }
}

/** @param ref the network that exists by now, where it did not start */
export async function explained(error: unknown, verb: string, values: Values, libvirt?: Libvirt, ref?: NetworkRef): Promise<unknown> {
  const removal =
    libvirt !== undefined && ref !== undefined && isLibvirtError(error)
      ? await removalOfLeftover(libvirt, ref).catch(() => undefined) // the refusal is what is told
      : undefined;
  const doing = `${verb} the network ${asText(values["name"])}`;
  return diagnosed(error, { doing, fields: table.fields, values, rules: reasonsWith(removal) });
}
