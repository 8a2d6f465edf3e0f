import type { FolderProgress } from "./progress.ts";
import type { StateMarkEntry } from "./schema.ts";

/**
 * Where a stack of a plan folder stands: not yet applied; applied by exactly this plan; or cut off, by an apply that did not end, and may
 * have changed the host without the state. `moved`: applied, but its state has moved again since.
 */
export type Standing = "planned" | "applied" | "cut off" | "moved";

export function standingOf(step: ReturnType<FolderProgress["of"]>, state: StateMarkEntry): Standing {
  if (step?.step === "applied") return isSameState(step.state ?? null, state) ? "applied" : "moved";
  return step === undefined ? "planned" : "cut off";
}

export const isSameState = (one: StateMarkEntry, other: StateMarkEntry): boolean =>
  one?.lineage === other?.lineage && one?.serial === other?.serial;
