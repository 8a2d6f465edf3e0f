import type { Diagnostic } from "../../protocol/resource.ts";
import { haltOf, pauseBy, type Standing } from "./halts.ts";
import type { Overlay } from "./overlays.ts";

export type Warning = Omit<Diagnostic, "severity">;

/** libvirt's current operation, by the reason of the pause. */
const operations: Readonly<Record<string, string>> = {
  migration: "migrated",
  postcopy: "migrated",
  save: "saved",
  dump: "dumped",
  snapshot: "snapshotted",
  "shutting-down": "shut down",
  "starting-up": "started",
};

/** A guest that is neither running nor off as it should be; undefined if there is nothing to report. */
export function standingWords(name: string, standing: Standing): Warning | undefined {
  const { state, reason } = standing;
  if (state === "paused" && pauseBy(reason) === "person")
    return {
      summary: `${name} is paused: somebody suspended it`,
      detail: `It stays paused: no apply resumes it, and an apply that would have to restart it is refused.\n  fix: virsh resume ${name}, once it may run again`,
    };
  if (state === "paused" && pauseBy(reason) === "libvirt")
    return {
      summary: `${name} is being ${operations[reason] ?? "worked on"} right now`,
      detail: `Changes to it wait for that, or fail.\n  fix: plan again when it is done; virsh domjobinfo ${name} shows the progress`,
    };
  if (state === "pmsuspended")
    return {
      summary: `${name} is asleep: its system suspended itself to memory`,
      detail: `It stays asleep.\n  fix: virsh dompmwakeup ${name} wakes it`,
    };
  if (state === "shutdown") return { summary: `${name} is shutting down right now`, detail: "  fix: plan again when it is off" };
  const halt = haltOf(standing);
  if (halt === undefined) return undefined;
  const isOff = state === "shutoff" || state === "gone";
  return {
    summary: `${name} ${halt.what}`,
    detail: [
      `libvirt: ${state} (${reason})${isOff ? "." : ". It stays in this state."}`,
      ...(halt.likely === undefined ? [] : [`  likely: ${halt.likely}`]),
      ...(isOff ? [] : [`  fix: ${halt.fix(name)}`]),
    ].join("\n"),
  };
}

export const notDefined = (name: string): Warning => ({
  summary: `${name} runs, but is no longer defined on the host`,
  detail: "Somebody undefined it (virsh undefine); it would disappear once it stops. Apply defines it again, and it keeps running.",
});

export const onOverlay = (name: string, { dev, file }: Overlay): Warning => ({
  summary: `${name}: disk ${dev} runs on a snapshot's overlay, ${file}`,
  detail:
    "New data is written to the overlay, on top of the configured source. It stays so: returning to the source would lose that data.\n" +
    `  fix: to merge the overlay into the disk: virsh blockcommit ${name} ${dev} --active --pivot --wait`,
  path: ["devices", "disks"],
});
