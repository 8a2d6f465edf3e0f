import { isLibvirtError } from "../../libvirt/errors.ts";
import { PoolBuild } from "../../libvirt/flags.ts";
import type { Pools } from "../../libvirt/pools.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import type { Volumes } from "../../libvirt/volumes.ts";
import { newUuid } from "../identity.ts";

/**
 * Who made the storage behind a pool is said by the pool's own UUID, because a pool has no metadata: its first part says that
 * cdkvm made the pool (see `identity.ts`), its last bit whether cdkvm built the storage. So it is known after a lost state too.
 */
export const newPoolUuid = (host: string, name: string): string => ending(newUuid(host, name), 0);

/** The UUID of the same pool, its storage built by cdkvm. */
export const asBuilt = (uuid: string): string => ending(uuid, 1);

const ending = (uuid: string, bit: 0 | 1): string =>
  uuid.slice(0, -1) + ((Number.parseInt(uuid.at(-1) ?? "0", 16) & ~1) | bit).toString(16);

/** Whether the storage behind a pool that cdkvm made was built by cdkvm. */
export const isBuilt = (uuid: string): boolean => (Number.parseInt(uuid.at(-1) ?? "0", 16) & 1) === 1;

/** Pool types that libvirt can build, and how it does so without overwriting anything: https://libvirt.org/storage.html */
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

/** Whether the constructs let it be built: where that only makes a directory, or formats a device that is empty. */
export const buildsByDefault = (type: string): boolean => ["dir", "fs", "netfs", "vstorage"].includes(type);

export async function build(pools: Pools, pool: PoolRef, type: string): Promise<void> {
  const flags = BUILDS[type] ?? PoolBuild.NEW;
  try {
    await pools.build(pool, flags);
  } catch (error) {
    // Some types know no flags, and never overwrite.
    if (flags === PoolBuild.NEW || !isLibvirtError(error, "INVALID_ARG") || !/unsupported flags/.test(error.message)) throw error;
    await pools.build(pool);
  }
}

/** Whether a running pool holds no volume. */
export async function isEmptyPool(pools: Pools, volumes: Volumes, pool: PoolRef): Promise<boolean> {
  await pools.refresh(pool);
  return (await volumes.list(pool)).length === 0;
}
