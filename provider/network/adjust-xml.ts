import { networkForward } from "../../model/network.ts";
import { isList, isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import { child, type XmlElement } from "../../model/xml.ts";
import { sameFields } from "../../attributes/equality.ts";
import { drop } from "../../libvirt/codec/place.ts";

/** Modes in which libvirt creates its own bridge, with a MAC address, and serves DHCP and DNS on it. */
const OWN_BRIDGE: ReadonlySet<string> = new Set(["none", "nat", "route", "open"]);

/**
 * Removes what libvirt filled in for the previous configuration of a network and what would contradict the next, from the existing
 * XML before the new values are merged into it. https://libvirt.org/formatnetwork.html
 */
export function adjustNetwork(root: XmlElement, values: Values, prior: Values): void {
  const forward = child(root, "forward");
  const existingMode = forward === undefined ? "none" : (forward.attributes["mode"] ?? "nat");
  const configured = valueAt(values, "forward");
  const mode = configured === null ? "none" : (valueAt(configured, "mode") ?? "nat");
  if (forward !== undefined && !sameGroup(configured, valueAt(prior, "forward"))) {
    // libvirt repeats the device as the first interface, and the first interface as the device.
    if (valueAt(configured, "dev") === null) delete forward.attributes["dev"];
    if (!isList(valueAt(configured, "interfaces")) && !isList(valueAt(configured, "pfs"))) drop(forward, "interface");
  }
  if (typeof mode !== "string" || OWN_BRIDGE.has(mode) === OWN_BRIDGE.has(existingMode)) return;
  drop(root, "mac");
  const bridge = child(root, "bridge");
  if (bridge === undefined) return;
  if (typeof valueAt(values, "bridge", "name") !== "string") drop(root, "bridge");
  else for (const name of ["stp", "delay"]) delete bridge.attributes[name];
}

/** Whether a group has the same values in both; omitted attributes count as null. */
const sameGroup = (one: Value, two: Value): boolean =>
  one === two || (isValues(one) && isValues(two) && sameFields(networkForward, one, two));
