import type { Libvirt } from "../../../libvirt/connection.ts";
import type { Domains } from "../../../libvirt/domains.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { DomainShutdown } from "../../../libvirt/flags.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Context } from "../../protocol/resource.ts";
import { errorAt } from "../../diagnose.ts";
import { haltOf, pauseBy, standingOf } from "../observing/halted.ts";
import { whyMute } from "./power-button.ts";
import { type Watch, watching } from "./watch.ts";

export interface StopOptions {
  /** Seconds that the guest gets to shut down by itself; 0: power off at once. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** An error in the place of turning it off. @default false */
  readonly gracefulOnly?: boolean;
  /** Hears of a guest that was turned off. */
  readonly warn?: Context<unknown>["warn"];
}

/** How often to look where no event comes. */
const LOOK_MS = 1000;
/** A guest that is still booting misses the power button: it is pressed again. */
const PRESS_EVERY_MS = 10_000;
/** The power button has this long before the guest agent is asked too. */
const AGENT_AFTER_MS = 15_000;

/**
 * Stops a guest: the ACPI power button, then the guest agent where there is one, then, after the timeout, power off. A guest
 * that cannot answer is turned off at once: one that an error or a person paused, one that crashed, one without a system that
 * would hear. Nothing that is frozen goes on for a moment. A guest that does not run, or is gone, is stopped already.
 *
 * @returns whether the guest went down by itself
 * @throws CDKVM_GUEST_NOT_DOWN where it would have to be turned off, and `gracefulOnly` forbids it
 */
export async function stop(libvirt: Libvirt, domain: DomainRef, options: StopOptions): Promise<boolean> {
  const { timeout, warn } = options;
  const why =
    timeout > 0 ? await watching(libvirt, domain, ["lifecycle"], (watch) => askToShutDown(libvirt.domains, domain, watch, options)) : "";
  if (why === undefined) return true;
  if (options.gracefulOnly === true) throw notDown(domain.name, why);
  try {
    await libvirt.domains.destroy(domain);
    if (why !== "") warn?.({ summary: `${domain.name} was turned off: ${why}` });
  } catch (error) {
    if (!isDown(error)) throw error;
  }
  return false;
}

/** @returns undefined where it went down by itself, else why it did not, which is not worth a word where nothing ran in it */
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

/** A guest without ACPI or without an agent refuses; the timeout deals with it. */
async function press(domains: Domains, domain: DomainRef, how: number): Promise<void> {
  try {
    await domains.shutdown(domain, how);
  } catch (error) {
    if (!isLibvirtError(error) || isDown(error)) throw error;
  }
}

/** A guest that sleeps hears nothing. One that does not wake is turned off by the timeout. */
async function wake(domains: Domains, domain: DomainRef): Promise<void> {
  try {
    await domains.wakeup(domain);
  } catch (error) {
    if (!isLibvirtError(error) || isDown(error)) throw error;
  }
}

const notDown = (name: string, why: string): Error =>
  errorAt(["shutdown"], {
    code: "CDKVM_GUEST_NOT_DOWN",
    doing: `shut down the guest ${name}`,
    problem: `${name} is not down: ${why || "it would be turned off at once"}`,
    likely: 'shutdown = "graceful-only" forbids to turn it off',
    fix: `shut it down yourself, or turn it off (virsh destroy ${name}), and apply again`,
  });

/** Whether libvirt refuses because the guest does not run or is not there any more. */
export const isDown = (error: unknown): boolean =>
  isLibvirtError(error, "NO_DOMAIN") || (isLibvirtError(error, "OPERATION_INVALID") && /is not running|not running/.test(error.message));
