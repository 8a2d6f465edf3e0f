import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError, isNotFound } from "../../libvirt/errors.ts";
import { NetworkXml } from "../../libvirt/flags.ts";
import type { NetworkRef } from "../../libvirt/refs.ts";
import { child, parseXml } from "../../model/xml.ts";
import { isValues, type Values } from "../../model/values.ts";
import { orNone } from "../named.ts";
import { plugsOf } from "./replug.ts";

/** `EEXIST` of errno(3). */
const EXISTS = 17;

/** Whether a network did not start because an interface already has its bridge's name. */
export const isBridgeTaken = (error: unknown): boolean => isLibvirtError(error, "SYSTEM_ERROR") && error.errno === EXISTS;

/** Whether libvirt chooses the bridge name: `virbr0`, and so on. */
export const leavesBridgeOpen = ({ bridge }: Values): boolean => !isValues(bridge) || typeof bridge["name"] !== "string";

/**
 * The command that removes a bridge left behind by a libvirtd that was killed while starting or stopping this network; no libvirt
 * call does so. `undefined` unless the bridge has the network's own MAC address and no guest is on it.
 */
export async function removalOfLeftover(libvirt: Libvirt, ref: NetworkRef): Promise<string | undefined> {
  const definition = parseXml(await libvirt.networks.xml(ref, NetworkXml.INACTIVE));
  const bridge = child(definition, "bridge")?.attributes["name"];
  const mac = child(definition, "mac")?.attributes["address"];
  if (bridge === undefined || mac === undefined) return undefined;
  if ((await orNone(libvirt.node.interfaceMac(bridge), isNotFound)) !== mac) return undefined;
  if ((await plugsOf(libvirt, ref.name)).length > 0) return undefined;
  return `ip link delete ${bridge}; pkill -F /run/libvirt/network/${ref.name}.pid`;
}
