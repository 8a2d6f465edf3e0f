export type { Forge, ForgeKind, Issue, Label, Note } from "./forge.ts";
export { openForge } from "./open.ts";
export { forgeNames, numberOf, type Place, placeOf } from "./place.ts";
export type { Told } from "./earlier.ts";
export { type Done, setLabels, stickComment, stickIssues, type StickyIssue } from "./sticky.ts";
