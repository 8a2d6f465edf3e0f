export { changedIn, pendingIn } from "./changed.ts";
export type { StateOfGuest } from "./happened.ts";
export { type Inventory, type StateOfStack, unmanagedOf } from "./unmanaged.ts";
export { driftMarkdown } from "./markdown.ts";
export { applyWords, driftCounts, happenedWords, unmanagedWords } from "./words.ts";
export {
  driftJsonSchema,
  driftSchema,
  type Changed,
  type Drift,
  type DriftOfHost,
  type DriftOfStack,
  type HealedStack,
  type Happened,
  type Pending,
  type Unmanaged,
} from "./schema.ts";
