import { type Value, type Values, valueAt } from "../../../model/values.ts";
import type { DeviceKind } from "./kind.ts";
import { devicesIn, valuesOf } from "./lists.ts";

/** The memory balloon, which libvirt adds to each guest. */
export const balloon: DeviceKind = {
  plain: (item) => !(item["model"] === "virtio" && Object.values(item).filter((value) => value !== null).length === 1),
};

const periodOf = (domain: Values | undefined): Value => valueAt(domain, "devices", "mem_balloon", "stats", "period");

/** The balloon of a running guest whose statistics somebody set to another period; undefined if nobody did. */
export function otherPeriod(definition: Values, live: Values, known: Values | undefined): Values | undefined {
  const asked = periodOf(known);
  if (typeof asked !== "number" || periodOf(definition) !== asked || periodOf(live) === asked) return undefined;
  return { ...valuesOf(valueAt(definition, "devices", "mem_balloon")), stats: { period: periodOf(live) } };
}

/**
 * KiB, if the balloon holds the guest below its definition. Above it, the guest may just not have reacted yet, or may have
 * no balloon driver.
 */
export function ballooned(definition: Values, live: Values): number | undefined {
  if (devicesIn(live, "memorydevs").length > 0) return undefined;
  const now = live["current_memory"];
  const wanted = definition["current_memory"] ?? definition["memory"];
  return typeof now === "number" && typeof wanted === "number" && now < wanted ? now : undefined;
}
