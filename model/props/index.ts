export * from "./bridge.ts";
export * from "./cloud-init.ts";
export * from "./host.ts";
export * from "./image.ts";
export * from "./network.ts";
export * from "./storage-pool.ts";
export * from "./vm.ts";
export * from "./volume.ts";
