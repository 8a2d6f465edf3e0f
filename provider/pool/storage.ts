import { isLibvirtError } from "../../libvirt/errors.ts";
import { PoolBuild } from "../../libvirt/flags.ts";
import type { Pools } from "../../libvirt/pools.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import type { Volumes } from "../../libvirt/volumes.ts";
import type { XmlElement } from "../../libvirt/xml.ts";
import { uuidOf } from "../identity.ts";

/**
 * Who made the storage behind a pool is said by the pool's own UUID, because a pool has no metadata: the UUID stands for the
 * host, the name and the definition (see `identity.ts`), and its last bit says whether cdkvm built the storage.
 * So it is known after a lost state and a killed apply too.
 */
export function uuidsOf(host: string, name: string, definition: XmlElement): { readonly found: string; readonly built: string } {
  const uuid = uuidOf(host, name, definition);
  const last = Number.parseInt(uuid.at(-1) ?? "0", 16);
  const ending = (bit: 0 | 1): string => uuid.slice(0, -1) + ((last & ~1) | bit).toString(16);
  return { found: ending(0), built: ending(1) };
}

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
