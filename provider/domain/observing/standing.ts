import type { Domains } from "../../../libvirt/domains.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Values } from "../../../model/values.ts";
import type { Diagnostic } from "../../protocol/resource.ts";
import type { Host } from "../../host.ts";
import { errorAt } from "../../diagnose.ts";
import { haltOf, pauseBy, type Standing, standingOf } from "./halted.ts";
import { restlessGuests } from "./listed-once.ts";

type Warning = Omit<Diagnostic, "severity">;

/**
 * The warning about a guest whose actual state differs from the recorded one: it is on but halted, or off although it should run.
 * Undefined for all others.
 */
export async function standingWarning(host: Host, ref: DomainRef, active: boolean, state: Values): Promise<Warning | undefined> {
  const concerns = active ? (await restlessGuests(host)).has(ref.uuid) : state["running"] === true;
  if (!concerns) return undefined;
  return standingWords(ref.name, await standingOf((await host.libvirt()).domains, ref));
}

/** libvirt's current operation, by the reason of the pause. */
const works: Readonly<Record<string, string>> = {
  migration: "migrated",
  postcopy: "migrated",
  save: "saved",
  dump: "dumped",
  snapshot: "snapshotted",
  "shutting-down": "shut down",
  "starting-up": "started",
};

/** User-facing text; undefined if there is nothing to report. */
export function standingWords(name: string, standing: Standing): Warning | undefined {
  const { state, reason } = standing;
  if (state === "paused" && pauseBy(reason) === "person")
    return {
      summary: `${name} is paused: somebody suspended it`,
      detail: `It stays so: no apply lets it go on, and one that would have to restart it is refused.\n  fix: virsh resume ${name}, when it may go on`,
    };
  if (state === "paused" && pauseBy(reason) === "libvirt")
    return {
      summary: `${name} is being ${works[reason] ?? "worked on"} at this moment`,
      detail: `Changes of it wait for that, or fail.\n  fix: plan again when it is done; virsh domjobinfo ${name} tells how far it is`,
    };
  if (state === "pmsuspended")
    return {
      summary: `${name} sleeps: its system suspended itself to memory`,
      detail: `It stays so.\n  fix: virsh dompmwakeup ${name} wakes it`,
    };
  if (state === "shutdown") return { summary: `${name} is shutting down at this moment`, detail: "  fix: plan again when it is down" };
  const halt = haltOf(standing);
  if (halt === undefined) return undefined;
  const isOff = state === "shutoff" || state === "gone";
  return {
    summary: `${name} ${halt.what}`,
    detail: [
      `libvirt: ${state} (${reason})${isOff ? "." : ". It stays so."}`,
      ...(halt.likely === undefined ? [] : [`  likely: ${halt.likely}`]),
      ...(isOff ? [] : [`  fix: ${halt.fix(name)}`]),
    ].join("\n"),
  };
}

/** @throws CDKVM_GUEST_PAUSED if somebody has suspended it: it would have to resume, or lose the contents of its memory */
export async function refusePaused(domains: Domains, ref: DomainRef, doing: string): Promise<void> {
  const { state, reason } = await standingOf(domains, ref);
  if (state !== "paused" || pauseBy(reason) !== "person") return;
  throw errorAt(["running"], {
    code: "CDKVM_GUEST_PAUSED",
    doing,
    problem: `${ref.name} is paused, and would have to restart`,
    likely: "somebody suspended it (virsh suspend), to look at it or to keep it from going on",
    fix: `let it go on (virsh resume ${ref.name}) or turn it off (virsh destroy ${ref.name}), and plan again`,
  });
}
