import { sizeText } from "../../../model/bytes.ts";
import { child, textOf, type XmlElement } from "../../../model/xml.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import type { Values } from "../../../model/values.ts";
import { kibOf } from "../kib.ts";
import type { NotLive } from "./not-live.ts";

const isOf = (name: string, { path }: PlannedChange): boolean => path[0] === name;

/** Whether changes concern what a running guest has a maximum of. */
export const hasMaximum = (changes: readonly PlannedChange[]): boolean =>
  changes.some((change) => isOf("current_memory", change) || isOf("vcpu_current", change));

/**
 * The changes beyond what the guest started with. Its definition may allow more by now: `virsh setmaxmem --config`, virt-manager.
 *
 * @see https://libvirt.org/html/libvirt-libvirt-domain.html#virDomainSetMemoryFlags
 */
export function beyondMaximum(changes: readonly PlannedChange[], planned: Values, live: XmlElement | undefined): readonly NotLive[] {
  if (live === undefined) return [];
  const most = (name: string): number => {
    const element = child(live, name);
    return element === undefined ? Infinity : Number(textOf(element));
  };
  const memory = kibOf(planned, "current_memory") ?? kibOf(planned, "memory") ?? 0;
  const cpus = Number(planned["vcpu_current"] ?? planned["vcpu"]);
  return changes.flatMap((change): NotLive[] => {
    if (isOf("current_memory", change) && memory > most("memory"))
      return [{ change, because: `it runs with at most ${sizeText(most("memory") * 1024)}` }];
    if (isOf("vcpu_current", change) && cpus > most("vcpu"))
      return [{ change, because: `it runs with at most ${most("vcpu")} ${most("vcpu") === 1 ? "CPU" : "CPUs"}` }];
    return [];
  });
}
