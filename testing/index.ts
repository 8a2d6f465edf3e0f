/** Tests of programs, fleet files and policies, without an engine or a host. */
export { type CdkvmMatchers, type Expected, type ExpectedPlan, matchers } from "./matchers.ts";
export { planOf } from "./plan.ts";
export { snapshotOf } from "./snapshot.ts";
export { synth, Synthesized, synthFleet, synthProgram, type SynthesizedStack } from "./synth.ts";
export { type VerdictOptions, verdictsOf } from "./verdicts.ts";
export { type GuestView, guestsOf, type NetworkView, networksOf, type VolumeView, volumesOf } from "./views.ts";
