export { App } from "./app.ts";
export * from "./fleet-stack.ts";
export * from "./host-stack.ts";
