import { TerraformStack } from "#cdktf";
import type { IConstruct } from "constructs";
import { defaultUri } from "../model/host-uri.ts";
import { hasAnotherProvider } from "./provider-libvirt/element.ts";

export type Acceleration = "kvm" | "qemu";
export const isAcceleration = (said: unknown): said is Acceleration => said === "kvm" || said === "qemu";

export type ProviderKind = "embedded" | "registry";

/** A stack's libvirt connection, acceleration and provider. */
export interface HostSettings {
  /** The libvirt connection: `qemu:///system`. */
  readonly uri: string;
  /** `kvm`: guests run on the host's CPU; `qemu`: they are emulated. Undefined: the provider decides for each new guest. */
  readonly acceleration: Acceleration | undefined;
  readonly provider: ProviderKind;
}

const known = new WeakMap<TerraformStack, HostSettings>();

/**
 * CDKVM_ACCELERATION applies to every host. Nothing is probed here: the same program produces the same configuration for
 * everyone. The registry's provider decides nothing itself.
 */
function usualAcceleration(provider: ProviderKind): Acceleration | undefined {
  const said = process.env["CDKVM_ACCELERATION"];
  return isAcceleration(said) ? said : provider === "registry" ? "kvm" : undefined;
}

/** CDKVM_PROVIDER, if the program does not specify it. */
export const usualProvider = (): ProviderKind => (process.env["CDKVM_PROVIDER"] === "registry" ? "registry" : "embedded");

/** Sets a stack's settings, with defaults for those that are not given. */
export function setSettings(stack: TerraformStack, given: Partial<HostSettings> = {}): HostSettings {
  const provider = given.provider ?? (hasAnotherProvider(stack) ? "registry" : usualProvider());
  const settings = { uri: given.uri ?? defaultUri(), acceleration: given.acceleration ?? usualAcceleration(provider), provider };
  known.set(stack, settings);
  return settings;
}

/** The settings of a construct's stack; of a plain TerraformStack, the defaults. */
export function settingsOf(construct: IConstruct): HostSettings {
  const stack = TerraformStack.of(construct);
  return known.get(stack) ?? setSettings(stack);
}
