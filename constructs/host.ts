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

/** What a construct has to know of the host that its stack is for. */
export interface Host {
  /** The libvirt connection: `qemu:///system`. */
  readonly uri: string;
  /** `kvm`: guests run on the host's CPU; `qemu`: they are emulated. Undefined: the provider decides it for each new guest. */
  readonly acceleration: Acceleration | undefined;
  readonly provider: ProviderKind;
  /** The pool of disks that name none; made when first asked for. */
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

/** StoragePool says how a host's own pool is made: this module cannot know it, since pools know their host. */
export function poolsAreMadeBy(make: typeof makePool): void {
  makePool = make;
}

const hosts = new WeakMap<TerraformStack, Host>();

/**
 * CDKVM_ACCELERATION speaks for every host. Nothing is looked at here: the same program gives the same configuration for everybody.
 * The registry's provider decides nothing by itself.
 */
function usualAcceleration(provider: ProviderKind): Acceleration | undefined {
  const said = process.env["CDKVM_ACCELERATION"];
  return isAcceleration(said) ? said : provider === "registry" ? "kvm" : undefined;
}

/** CDKVM_PROVIDER, where the program does not say. */
export const usualProvider = (): ProviderKind => (process.env["CDKVM_PROVIDER"] === "registry" ? "registry" : "embedded");

/** Tells the constructs of a stack about its host. A plain TerraformStack, which tells nothing, has the defaults. */
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

/** The images directory that libvirt's own default pool has, and a folder of the stack's own in it. */
function defaultPoolPath(uri: string, stack: TerraformStack): string {
  const root = /\/session(\?|$)/.test(uri) ? (process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local/share")) : "/var/lib";
  return join(root, "libvirt/images", stack.node.id);
}
