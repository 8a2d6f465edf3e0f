import { setTimeout as delay } from "node:timers/promises";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { PoolXml } from "../../libvirt/flags.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { parseXml } from "../../model/xml.ts";
import type { Host } from "../host.ts";
import { poolInactive, poolMissing } from "./errors.ts";

/** Pools whose volumes are files, which can be thin and have any format. */
const FILES: ReadonlySet<string> = new Set(["dir", "fs", "netfs", "vstorage"]);

export interface VolumePool {
  readonly ref: PoolRef;
  readonly type: string;
  readonly holdsFiles: boolean;
}

/** The pool of that name, looked up once per process. @throws at `pool` if it does not exist */
export const poolNamed = (host: Host, name: string): Promise<VolumePool> => host.once.ask(`pool ${name}`, () => look(host, name));

async function look(host: Host, name: string): Promise<VolumePool> {
  const libvirt = await host.libvirt();
  try {
    const ref = await libvirt.pools.lookupByName(name);
    const type = parseXml(await libvirt.pools.xml(ref, PoolXml.INACTIVE)).attributes["type"] ?? "";
    return { ref, type, holdsFiles: FILES.has(type) };
  } catch (error) {
    if (!isLibvirtError(error, "NO_STORAGE_POOL")) throw error;
    throw poolMissing(name, host.uri, error);
  }
}

const INACTIVE = /storage pool '([^']+)' is not active/;

export const isInactive = (error: unknown): boolean => isLibvirtError(error, "OPERATION_INVALID") && INACTIVE.test(error.message);

/** Runs a task that needs running pools. @throws CDKVM_POOL_INACTIVE at `pool` if one is not running */
export async function inRunningPool<T>(doing: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const name = isLibvirtError(error, "OPERATION_INVALID") ? INACTIVE.exec(error.message)?.[1] : undefined;
    if (name === undefined) throw error;
    throw poolInactive(doing, name, error);
  }
}

/** Refreshes a pool, once per process: libvirt does not see files that are added or removed by other means. */
export const refreshOnce = (host: Host, name: string): Promise<void> =>
  host.once.ask(`refresh of pool ${name}`, async () => {
    const { pools } = await host.libvirt();
    await patiently(async () => pools.refresh(await pools.lookupByName(name)));
  });

const BUSY = /asynchronous jobs running|still in use|still being allocated/;

/** Retries while libvirt is busy with the volume or another volume of the pool. */
export async function patiently<T>(action: () => Promise<T>): Promise<T> {
  for (let pause = 20; ; pause *= 2) {
    try {
      return await action();
    } catch (error) {
      if (pause > 5000 || !isLibvirtError(error) || !BUSY.test(error.message)) throw error;
      await delay(pause);
    }
  }
}
