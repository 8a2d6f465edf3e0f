/** Where the registry's libvirt provider differs from the embedded one: facts of version 0.9.7. */

/** @param name as a plan has it: `registry.terraform.io/dmacvicar/libvirt` */
export const isRegistryProvider = (name: string): boolean => name.endsWith("dmacvicar/libvirt");

/**
 * What becomes of an update in place that the provider has planned. `restart`: whatever changes, it stops the guest, defines it anew, and starts
 * it. `fails`: its apply is an error. `autostart`: it applies that attribute alone.
 */
export type RegistryUpdate = "restart" | "fails" | "autostart";

/** By resource type. */
export const REGISTRY_UPDATES: Readonly<Record<string, RegistryUpdate>> = {
  libvirt_domain: "restart",
  libvirt_volume: "fails",
  libvirt_pool: "fails",
  libvirt_network: "autostart",
};
