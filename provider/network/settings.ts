import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { NetworkXml } from "../../libvirt/flags.ts";
import { network as table } from "../../model/network.ts";
import type { Values } from "../../model/values.ts";
import type { Kind } from "../named.ts";
import { refused } from "../refused.ts";
import { actualOf } from "../resource.ts";
import { reasons } from "./reasons.ts";

export const noun: Kind = { noun: "network", list: "net-list" };

/** A network as libvirt has it defined; `null` where libvirt says that there is none. */
export async function observe({ networks }: Libvirt, uuid: string): Promise<Values | null> {
  const ref = { name: "", uuid };
  try {
    const [definition, autostart, active] = await Promise.all([
      networks.xml(ref, NetworkXml.INACTIVE),
      networks.autostart(ref),
      networks.isActive(ref),
    ]);
    return actualOf(table, definition, { autostart, active, id: uuid });
  } catch (error) {
    if (isLibvirtError(error, "NO_NETWORK")) return null;
    throw error;
  }
}

export const explained = (error: unknown, verb: string, values: Values): unknown =>
  refused(error, { doing: `${verb} the network ${String(values["name"])}`, fields: table.fields, values, rules: reasons });
