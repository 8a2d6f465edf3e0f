export { App } from "./app.ts";
export { FleetFileError, type FleetProblem } from "../model/fleet/error.ts";
export { fleetStacks, loadFleet } from "./fleet-file.ts";
export * from "./fleet-stack.ts";
export * from "./host-stack.ts";
