import { setTimeout as delay } from "node:timers/promises";
import type { Domains } from "../../libvirt/domains.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { DomainShutdown } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";

export interface StopOptions {
  /** Seconds that the guest gets to shut down by itself; 0: power off at once. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

const POLL_MS = 200;
/** A guest that is still booting misses the power button: it is pressed again. */
const PRESS_EVERY_MS = 10_000;
/** The power button has this long before the guest agent is asked too. */
const AGENT_AFTER_MS = 15_000;

/**
 * Stops a guest: the ACPI power button, then the guest agent where there is one, then, after the timeout, power off.
 * A guest that does not run, or is gone, is stopped already.
 *
 * @returns whether the guest went down by itself
 */
export async function stop(domains: Domains, domain: DomainRef, { timeout, signal }: StopOptions): Promise<boolean> {
  if (timeout > 0 && (await askToShutDown(domains, domain, timeout * 1000, signal))) return true;
  try {
    await domains.destroy(domain);
  } catch (error) {
    if (!isDown(error)) throw error;
  }
  return false;
}

async function askToShutDown(domains: Domains, domain: DomainRef, timeout: number, signal: AbortSignal | undefined): Promise<boolean> {
  const began = Date.now();
  const agentAfter = Math.min(AGENT_AFTER_MS, timeout / 3);
  let pressed = -Infinity;
  let agentAsked = false;
  try {
    if ((await domains.state(domain)).state === "paused") await domains.resume(domain);
    for (;;) {
      if (!(await domains.isActive(domain))) return true;
      const waited = Date.now() - began;
      if (waited >= timeout) return false;
      if (waited - pressed >= PRESS_EVERY_MS) {
        pressed = waited;
        await press(domains, domain, DomainShutdown.ACPI_POWER_BTN);
      }
      if (!agentAsked && waited >= agentAfter) {
        agentAsked = true;
        await press(domains, domain, DomainShutdown.GUEST_AGENT);
      }
      await delay(Math.max(1, Math.min(POLL_MS, timeout - waited)), undefined, { signal });
    }
  } catch (error) {
    if (isDown(error)) return true;
    throw error;
  }
}

/** A guest without ACPI or without an agent refuses; the timeout deals with it. */
async function press(domains: Domains, domain: DomainRef, how: number): Promise<void> {
  try {
    await domains.shutdown(domain, how);
  } catch (error) {
    if (!isLibvirtError(error) || isDown(error)) throw error;
  }
}

/** Whether libvirt refuses because the guest does not run or is not there any more. */
export const isDown = (error: unknown): boolean =>
  isLibvirtError(error, "NO_DOMAIN") || (isLibvirtError(error, "OPERATION_INVALID") && /is not running|not running/.test(error.message));
