import type { Mutable } from "../../../attributes/complete.ts";
import { asText, isValues, valueAt } from "../../../model/values.ts";

/** Removes attributes of a group, and the group if nothing is left. */
export function dropFrom(values: Mutable, name: string, ...attributes: readonly string[]): void {
  const group = values[name];
  if (!isValues(group)) return;
  const rest = Object.entries(group).filter(([attribute]) => !attributes.includes(attribute));
  if (rest.some(([, value]) => value !== null)) values[name] = Object.fromEntries(rest);
  else delete values[name];
}

/** Removes the alias and the address that libvirt gave a device; a user's own alias begins with `ua-`. */
export function dropAssigned(device: Mutable): void {
  if (!asText(valueAt(device["alias"], "name")).startsWith("ua-")) delete device["alias"];
  if (valueAt(device["address"], "unassigned") !== true) delete device["address"];
}
