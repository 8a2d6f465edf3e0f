export { type Diagnostic, EngineError, formatDiagnostic, type StateLock } from "./diagnostics.ts";
export { engineEnvironment, type Environment } from "./environment.ts";
export type { ChangeSummary, EngineEvent, EventAction, Hook, PlannedChange, ResourceAddress } from "./events.ts";
export { engineCache, type EngineKind, findEngine, type FoundEngine, requireEngine } from "./find.ts";
export { installEngine, type InstallOptions } from "./install.ts";
export { type Lock, lockWords } from "./lock-holder.ts";
export { type Action, type ActionKind, actionKind, type Change, parsePlan, type Plan, type ResourceChange } from "./plan.ts";
export { planEncrypted } from "./errors.ts";
export { lockedProviders } from "./init.ts";
export { privately } from "./private.ts";
export { endProviders } from "./providers.ts";
export { openTofu } from "./release.ts";
export type { ApplyOptions, ApplyResult, EngineOptions, InitOptions, PlanOptions, PlanResult, ValidateResult } from "./options.ts";
export { Engine } from "./run.ts";
export {
  configurationOfPlan,
  copyWithExtras,
  isArchive,
  isEncrypted,
  notesIn,
  type Origin,
  originOf,
  originOfPlan,
  planJsonIn,
  type PlanNotes,
  schemaIn,
  stateOfPlan,
} from "./saved-plan.ts";
export {
  isMasked,
  type OutputValue,
  parseState,
  type RawState,
  type ResourceValues,
  type SensitiveMask,
  type State,
  type StateMark,
} from "./state.ts";
