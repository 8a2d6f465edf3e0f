import type { ResourceKind } from "./kind.ts";

/** What only brings a configuration to a guest. */
export const seed = (noun: string): ResourceKind => ({
  noun,
  relate: (subject, around) => around.addSeed(subject),
  isDisposable: () => true,
});
