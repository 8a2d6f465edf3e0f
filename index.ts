/** VM fleets as code: https://libvirt.org guests, networks and storage as TypeScript constructs. */
export * from "./constructs/index.ts";
export * from "./stacks/index.ts";
export * from "./fleet/index.ts";
export { type Breach, defineRule, type Found, type Rule, type RuleContext, type RuleDefinition, type Skipped } from "./policy/rule.ts";
export type { Facts, GuestFact, StackSubject } from "./policy/subject.ts";
