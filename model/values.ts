/** Values in configurations and states: JSON plus values known only after apply. */

/** A value that is known only after apply. */
export const UNKNOWN: unique symbol = Symbol.for("cdkvm.unknown");
export type Unknown = typeof UNKNOWN;

export type Value = null | string | number | boolean | Unknown | readonly Value[] | Values;
export interface Values {
  readonly [name: string]: Value;
}

/** Where an attribute is in a configuration or state: `["devices", "disks", 0, "target"]`. */
export type AttributePath = readonly (string | number)[];

/** Whether a path is another one, or leads to it. */
export const leadsTo = (part: AttributePath, whole: AttributePath): boolean => part.every((step, index) => step === whole[index]);

/** Whether a path is another one, within it, or around it. */
export const overlaps = (one: AttributePath, other: AttributePath): boolean => leadsTo(one, other) || leadsTo(other, one);

export const isValues = (value: Value | undefined): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

/** The value at a path of names and list indices; null if there is none. */
export function valueAt(value: Value | undefined, ...path: AttributePath): Value {
  let found = value;
  for (const step of path) found = isValues(found) ? found[step] : isList(found) && typeof step === "number" ? found[step] : undefined;
  return found ?? null;
}

/** Whether a value is, or contains, a value known only after apply. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (isList(value)) return value.some(hasUnknown);
  if (isValues(value)) return Object.values(value).some(hasUnknown);
  return false;
}

/** A value as text in a name or a sentence: empty if unset; structures as JSON. */
export function asText(value: Value | undefined): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (value === UNKNOWN) return "(known after apply)";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
