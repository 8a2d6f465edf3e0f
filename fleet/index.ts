export { FleetFileError, type FleetProblem } from "./errors.ts";
export * from "./fleet-stack.ts";
export { fleetStacks, loadFleet } from "./stacks.ts";
