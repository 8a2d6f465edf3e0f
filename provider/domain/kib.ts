import { bytesPerUnit } from "../../model/bytes.ts";
import type { Values } from "../../model/values.ts";

/** An amount of memory with its unit, in KiB rounded up as libvirt does; undefined if it is not set or not known. */
export function kibOf(values: Values, attribute: string): number | undefined {
  const value = values[attribute];
  const unit = values[`${attribute}_unit`] ?? "KiB";
  if (typeof value !== "number" || typeof unit !== "string") return undefined;
  const bytes = bytesPerUnit(unit);
  return bytes === undefined ? undefined : Math.ceil((value * bytes) / 1024);
}
