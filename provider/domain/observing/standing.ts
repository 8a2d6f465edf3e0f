import type { Domains } from "../../../libvirt/domains.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { guestPaused } from "./errors.ts";
import { standingOf } from "./halted.ts";
import { pauseBy } from "./halts.ts";
import { restlessGuests } from "./listed-once.ts";
import { standingWords, type Warning } from "./warnings.ts";

/**
 * The warning about a guest whose actual state differs from the recorded one: it is on but halted, or off although it should run.
 * Undefined for all others.
 */
export async function standingWarning(host: Host, ref: DomainRef, active: boolean, state: Values): Promise<Warning | undefined> {
  const concerns = active ? (await restlessGuests(host)).has(ref.uuid) : state["running"] === true;
  if (!concerns) return undefined;
  return standingWords(ref.name, await standingOf((await host.libvirt()).domains, ref));
}

/** @throws CDKVM_GUEST_PAUSED if somebody has suspended it: it would have to resume, or lose the contents of its memory */
export async function refusePaused(domains: Domains, ref: DomainRef, doing: string): Promise<void> {
  const { state, reason } = await standingOf(domains, ref);
  if (state !== "paused" || pauseBy(reason) !== "person") return;
  throw guestPaused(ref, doing);
}
