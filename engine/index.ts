export { type Diagnostic, EngineError, formatDiagnostic, type StateLock } from "./diagnostics.ts";
export { engineEnvironment, type Environment } from "./environment.ts";
export type { ChangeSummary, EngineEvent, EventAction, Hook, PlannedChange, ResourceAddress } from "./events.ts";
export { engineCache, type EngineKind, findEngine, type FoundEngine, requireEngine } from "./find.ts";
export { installEngine, type InstallOptions } from "./install.ts";
export { type Lock, lockWords } from "./lock.ts";
export { type Action, type ActionKind, actionKind, type Change, parsePlan, type Plan, type ResourceChange } from "./plan.ts";
export { privately } from "./private.ts";
export { openTofu } from "./release.ts";
export {
  type ApplyOptions,
  type ApplyResult,
  Engine,
  type EngineOptions,
  type InitOptions,
  type PlanOptions,
  type PlanResult,
  type ValidateResult,
} from "./run.ts";
export { copyWithNotes, notesIn, type Origin, originOf, originOfPlan, type PlanNotes } from "./saved-plan.ts";
export { isMasked, type OutputValue, parseState, type RawState, type ResourceValues, type SensitiveMask, type State } from "./state.ts";
