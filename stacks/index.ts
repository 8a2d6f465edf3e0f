export { App } from "./app.ts";
export * from "./host-stack.ts";
