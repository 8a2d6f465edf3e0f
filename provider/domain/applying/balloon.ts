import { setTimeout as delay } from "node:timers/promises";
import type { Domains } from "../../../libvirt/domains.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";

const POLL_MS = 100;
/** If the balloon has not changed for this long, the guest has no balloon driver. */
const STILL_MS = 2000;

/** Waits until the guest's balloon has reached its size, or stops changing. */
export async function settleBalloon(domains: Domains, domain: DomainRef, kib: number, signal: AbortSignal): Promise<void> {
  let last = -1;
  for (let still = 0; still < STILL_MS; still += POLL_MS) {
    const { memory } = await domains.info(domain);
    if (memory === kib) return;
    if (memory !== last) still = 0;
    last = memory;
    await delay(POLL_MS, undefined, { signal });
  }
}
