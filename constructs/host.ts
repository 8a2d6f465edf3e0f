import { homedir } from "node:os";
import { join } from "node:path";
import { TerraformStack } from "#cdktf";
import type { IConstruct } from "constructs";
import { setSettings, settingsOf, type HostSettings } from "./host-settings.ts";
import { StoragePool } from "./storage-pool.ts";
import type { IStoragePool } from "./storage.ts";

/** What constructs need to know about their stack's host. */
export interface Host extends HostSettings {
  /** The pool for disks that name none; created on first use. */
  readonly pool: IStoragePool;
}

const hosts = new WeakMap<TerraformStack, Host>();

/** Describes the host to a stack's constructs. */
export function describeHost(stack: TerraformStack, settings: Partial<HostSettings>, makePool: () => IStoragePool): Host {
  return register(stack, setSettings(stack, settings), makePool);
}

/** The host of a construct. A plain TerraformStack, which describes none, has the defaults. */
export function hostOf(construct: IConstruct): Host {
  const stack = TerraformStack.of(construct);
  return hosts.get(stack) ?? register(stack, settingsOf(stack), () => ownPool(stack));
}

function register(stack: TerraformStack, settings: HostSettings, makePool: () => IStoragePool): Host {
  let pool: IStoragePool | undefined;
  const host: Host = {
    ...settings,
    get pool() {
      return (pool ??= makePool());
    },
  };
  hosts.set(stack, host);
  return host;
}

/** A pool with the stack's name. @param path its directory @default a folder per stack where libvirt keeps images */
export const ownPool = (stack: TerraformStack, path = defaultPoolPath(stack)): IStoragePool =>
  StoragePool.directory(stack, "default-pool", { name: stack.node.id, path });

/** A folder per stack in the images directory of libvirt's default pool. */
function defaultPoolPath(stack: TerraformStack): string {
  const isSession = /\/session(\?|$)/.test(settingsOf(stack).uri);
  const root = isSession ? (process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local/share")) : "/var/lib";
  return join(root, "libvirt/images", stack.node.id);
}
