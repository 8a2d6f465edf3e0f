import { bytesPerUnit } from "../../model/bytes.ts";
import type { Values } from "../../model/values.ts";

/** A volume's `capacity` in bytes; undefined if it is not set or not known yet. */
export function capacityOf(values: Values): number | undefined {
  const { capacity, capacity_unit: unit } = values;
  if (typeof capacity !== "number" || typeof unit === "symbol") return undefined;
  const factor = bytesPerUnit(typeof unit === "string" ? unit : "bytes");
  return factor === undefined ? undefined : capacity * factor;
}
