import { homedir } from "node:os";
import { join } from "node:path";
import { TerraformStack } from "#cdktf";
import type { IConstruct } from "constructs";
import { defaultUri } from "../model/host-uri.ts";
import { hasAnotherProvider } from "./provider-libvirt/element.ts";
import type { StoragePool } from "./storage-pool.ts";

export type Acceleration = "kvm" | "qemu";
export const isAcceleration = (said: unknown): said is Acceleration => said === "kvm" || said === "qemu";

export type ProviderKind = "embedded" | "registry";

/** What constructs need to know about their stack's host. */
export interface Host {
  /** The libvirt connection: `qemu:///system`. */
  readonly uri: string;
  /** `kvm`: guests run on the host's CPU; `qemu`: they are emulated. Undefined: the provider decides for each new guest. */
  readonly acceleration: Acceleration | undefined;
  readonly provider: ProviderKind;
  /** The pool for disks that name none; created on first use. */
  readonly pool: StoragePool;
}

export interface HostSettings {
  readonly uri?: string;
  readonly acceleration?: Acceleration;
  readonly provider?: ProviderKind;
  readonly pool?: () => StoragePool;
  readonly poolPath?: string;
}

let makePool: (stack: TerraformStack, name: string, path: string) => StoragePool;

/** StoragePool sets how a host's own pool is created; an import would be circular, since pools know their host. */
export function poolsAreMadeBy(make: typeof makePool): void {
  makePool = make;
}

const hosts = new WeakMap<TerraformStack, Host>();

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

/** Describes the host to a stack's constructs. A plain TerraformStack, which describes nothing, gets the defaults. */
export function describeHost(stack: TerraformStack, settings: HostSettings = {}): Host {
  const uri = settings.uri ?? defaultUri();
  const provider = settings.provider ?? (hasAnotherProvider(stack) ? "registry" : usualProvider());
  let pool: StoragePool | undefined;
  const host: Host = {
    uri,
    acceleration: settings.acceleration ?? usualAcceleration(provider),
    provider,
    get pool() {
      pool ??= settings.pool?.() ?? makePool(stack, stack.node.id, settings.poolPath ?? defaultPoolPath(uri, stack));
      return pool;
    },
  };
  hosts.set(stack, host);
  return host;
}

export function hostOf(construct: IConstruct): Host {
  const stack = TerraformStack.of(construct);
  return hosts.get(stack) ?? describeHost(stack);
}

/** A folder per stack in the images directory of libvirt's default pool. */
function defaultPoolPath(uri: string, stack: TerraformStack): string {
  const root = /\/session(\?|$)/.test(uri) ? (process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local/share")) : "/var/lib";
  return join(root, "libvirt/images", stack.node.id);
}
