export { App } from "./app.ts";
export * from "./host-stack.ts";
export type { Rollout } from "./rollout.ts";
