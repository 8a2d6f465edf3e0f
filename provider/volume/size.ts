import { bytesPerUnit } from "../../attributes/units.ts";
import type { Values } from "../../model/values.ts";

/** A volume's `capacity` in bytes; undefined where it is not set or not known yet. */
export function capacityOf(values: Values): number | undefined {
  const { capacity, capacity_unit: unit } = values;
  if (typeof capacity !== "number" || typeof unit === "symbol") return undefined;
  const factor = bytesPerUnit(typeof unit === "string" ? unit : "bytes");
  return factor === undefined ? undefined : capacity * factor;
}

/** For a person: `20 GiB`, or bytes where no unit makes it whole. */
export function sizeText(bytes: number): string {
  for (const [unit, size] of [
    ["TiB", 1024 ** 4],
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
  ] as const)
    // prettier-ignore
    if (bytes >= size && bytes % size === 0) return `${bytes / size} ${unit}`;
  return `${bytes} bytes`;
}
