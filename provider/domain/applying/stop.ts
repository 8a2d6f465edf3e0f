import type { Libvirt } from "../../../libvirt/connection.ts";
import type { Domains } from "../../../libvirt/domains.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { DomainShutdown } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Context } from "../../protocol/resource.ts";
import { standingOf } from "../observing/halted.ts";
import { haltOf, pauseBy } from "../observing/halts.ts";
import { guestNotDown } from "./errors.ts";
import { whyMute } from "./power-button.ts";
import { type Watch, watching } from "./watch.ts";

export interface StopOptions {
  /** Seconds that the guest gets to shut down; 0: power off at once. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Throw an error instead of turning it off. @default false */
  readonly gracefulOnly?: boolean;
  /** Called if the guest is turned off. */
  readonly warn?: Context<unknown>["warn"];
}

/** Polling interval in case no event arrives. */
const LOOK_MS = 1000;
/** A guest that is still booting misses the power button: it is pressed again. */
const PRESS_EVERY_MS = 10_000;
/** How long the power button has before the guest agent is tried too. */
const AGENT_AFTER_MS = 15_000;

/**
 * Stops a guest: the ACPI power button, then the guest agent if there is one and, after the timeout, power off. A guest that cannot
 * respond is turned off at once: paused by an error or a user, crashed, or without a system that could respond. A frozen guest is
 * never resumed, not even briefly. A guest that is not running, or is gone, counts as stopped.
 *
 * @returns whether the guest shut down gracefully
 * @throws CDKVM_GUEST_NOT_DOWN if it would have to be turned off, and `gracefulOnly` forbids it
 */
export async function stop(libvirt: Libvirt, domain: DomainRef, options: StopOptions): Promise<boolean> {
  const { timeout, warn } = options;
  const why =
    timeout > 0 ? await watching(libvirt, domain, ["lifecycle"], (watch) => askToShutDown(libvirt.domains, domain, watch, options)) : "";
  if (why === undefined) return true;
  if (options.gracefulOnly === true) throw guestNotDown(domain.name, why);
  try {
    await libvirt.domains.destroy(domain);
    if (why !== "") warn?.({ summary: `${domain.name} was turned off: ${why}` });
  } catch (error) {
    if (!isDown(error)) throw error;
  }
  return false;
}

/** @returns undefined if it shut down, else the reason why not; empty if nothing ran in it and it needs no warning */
async function askToShutDown(
  domains: Domains,
  domain: DomainRef,
  watch: Watch,
  { timeout, signal }: StopOptions,
): Promise<string | undefined> {
  const began = Date.now();
  const timeoutMs = timeout * 1000;
  const agentAfter = Math.min(AGENT_AFTER_MS, timeoutMs / 3);
  let pressed = -Infinity;
  let agentAsked = false;
  let woken = false;
  try {
    for (;;) {
      const standing = await standingOf(domains, domain);
      const { state, reason } = standing;
      if (state === "shutoff" || state === "gone") return undefined;
      const halt = haltOf(standing);
      if (halt !== undefined) return `it ${halt.what}`;
      const isPaused = state === "paused";
      if (isPaused && pauseBy(reason) === "person") return "somebody had paused it";
      if (state === "pmsuspended" && !woken) {
        woken = true;
        await wake(domains, domain);
      }
      const waited = Date.now() - began;
      if (waited >= timeoutMs) return `it did not shut down within ${timeout} seconds`;
      if (!isPaused && pressed === -Infinity) {
        const mute = await whyMute(domains, domain);
        if (mute !== undefined) return mute;
      }
      if (!isPaused && waited - pressed >= PRESS_EVERY_MS) {
        pressed = waited;
        await press(domains, domain, DomainShutdown.ACPI_POWER_BTN);
      }
      if (!isPaused && !agentAsked && waited >= agentAfter) {
        agentAsked = true;
        await press(domains, domain, DomainShutdown.GUEST_AGENT);
      }
      const next = isPaused ? timeoutMs : Math.min(timeoutMs, pressed + PRESS_EVERY_MS, agentAsked ? Infinity : agentAfter);
      await watch.next(Math.min(LOOK_MS, next - waited), signal);
    }
  } catch (error) {
    if (isDown(error)) return undefined;
    throw error;
  }
}

/** A guest without ACPI or without an agent refuses; the timeout covers that case. */
async function press(domains: Domains, domain: DomainRef, how: number): Promise<void> {
  try {
    await domains.shutdown(domain, how);
  } catch (error) {
    if (!isLibvirtError(error) || isDown(error)) throw error;
  }
}

/** A sleeping guest does not respond. If it does not wake up, the timeout turns it off. */
async function wake(domains: Domains, domain: DomainRef): Promise<void> {
  try {
    await domains.wakeup(domain);
  } catch (error) {
    if (!isLibvirtError(error) || isDown(error)) throw error;
  }
}

/** Whether libvirt refuses because the guest is not running or no longer exists. */
export const isDown = (error: unknown): boolean =>
  isLibvirtError(error, "NO_DOMAIN") || (isLibvirtError(error, "OPERATION_INVALID") && /is not running|not running/.test(error.message));
