import type { FolderProgress } from "./progress.ts";
import type { PlannedStackEntry, StateMarkEntry } from "./schema.ts";

/**
 * Where a stack of a plan folder stands: not yet applied; applied by exactly this plan; or cut off, its state moved by an apply that did
 * not end. `moved`: applied, but its state has moved again since.
 */
export type Standing = "planned" | "applied" | "cut off" | "moved";

export function standingOf(planned: PlannedStackEntry, step: ReturnType<FolderProgress["of"]>, state: StateMarkEntry): Standing {
  if (step?.step === "applied") return isSame(step.state ?? null, state) ? "applied" : "moved";
  return step !== undefined && !isSame(planned.state, state) ? "cut off" : "planned";
}

const isSame = (one: StateMarkEntry, other: StateMarkEntry): boolean => one?.lineage === other?.lineage && one?.serial === other?.serial;
