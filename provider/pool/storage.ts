import { isLibvirtError } from "../../libvirt/errors.ts";
import { PoolBuild } from "../../libvirt/flags.ts";
import type { Pools } from "../../libvirt/pools.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import type { Volumes } from "../../libvirt/volumes.ts";
import { newUuid } from "../identity.ts";

/**
 * A pool has no metadata, so its UUID records who created the storage: the first part says that cdkvm created the pool (see
 * `identity.ts`), the last bit whether cdkvm built the storage. This survives a lost state.
 */
export const newPoolUuid = (hostname: string, name: string): string => ending(newUuid(hostname, name), 0);

/** The UUID of the same pool, with storage built by cdkvm. */
export const asBuilt = (uuid: string): string => ending(uuid, 1);

const ending = (uuid: string, bit: 0 | 1): string =>
  uuid.slice(0, -1) + ((Number.parseInt(uuid.at(-1) ?? "0", 16) & ~1) | bit).toString(16);

/** Whether cdkvm built the storage of a pool that cdkvm created. */
export const isBuilt = (uuid: string): boolean => (Number.parseInt(uuid.at(-1) ?? "0", 16) & 1) === 1;

/** Pool types that libvirt can build, with the flag that prevents overwriting: https://libvirt.org/storage.html */
const BUILDS: Readonly<Record<string, number>> = {
  dir: PoolBuild.NEW,
  netfs: PoolBuild.NEW,
  vstorage: PoolBuild.NEW,
  fs: PoolBuild.NO_OVERWRITE,
  logical: PoolBuild.NO_OVERWRITE,
  disk: PoolBuild.NO_OVERWRITE,
  zfs: PoolBuild.NEW,
};

export const canBuild = (type: string): boolean => Object.hasOwn(BUILDS, type);

/** Whether the constructs build it by default: if that only creates a directory, or formats an empty device. */
export const buildsByDefault = (type: string): boolean => ["dir", "fs", "netfs", "vstorage"].includes(type);

export async function build(pools: Pools, pool: PoolRef, type: string): Promise<void> {
  const flags = BUILDS[type] ?? PoolBuild.NEW;
  try {
    await pools.build(pool, flags);
  } catch (error) {
    // Some types do not support the flag, and never overwrite.
    if (flags === PoolBuild.NEW || !isLibvirtError(error, "INVALID_ARG") || !/unsupported flags/.test(error.message)) throw error;
    await pools.build(pool);
  }
}

/** Whether a running pool holds no volume. */
export async function isEmptyPool(pools: Pools, volumes: Volumes, pool: PoolRef): Promise<boolean> {
  await pools.refresh(pool);
  return (await volumes.list(pool)).length === 0;
}
