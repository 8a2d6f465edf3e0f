/** VM fleets as code: https://libvirt.org guests, networks and storage as TypeScript constructs. */
export * from "./constructs/index.ts";
export * from "./stacks/index.ts";
export * from "./fleet/index.ts";
