export { changedParts } from "./configuration.ts";
export { type Difference, differencesOf, type Now, type StackNow, stateWords } from "./differences.ts";
export { configurationDigest, dataDigest, fileDigest } from "./digest.ts";
export { planCutOff, PlansOutdated } from "./errors.ts";
export { beginFolder, completeManifest, MANIFEST, planFile, readManifest, writeManifest } from "./folder.ts";
export { type Commit, commitOf } from "./git.ts";
export { FolderProgress } from "./progress.ts";
export { explains, type Rest, restOf } from "./rest.ts";
export {
  manifestJsonSchema,
  manifestSchema,
  FORMAT_VERSION,
  type PlanManifest,
  type PlannedStackEntry,
  type StateMarkEntry,
} from "./schema.ts";
export { isSameState, type Standing, standingOf } from "./standing.ts";
