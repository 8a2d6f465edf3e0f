import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { asText, type Values } from "../../model/values.ts";
import { isMadeHere } from "../identity.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { poolNotEmpty } from "./errors.ts";
import { deletesStorage, named } from "./settings.ts";
import { isBuilt, isEmptyPool } from "./storage.ts";

/**
 * Removes the pool. Deletes its storage only if the configuration says so or, if unset, if cdkvm built it and it is empty; otherwise
 * the storage stays.
 */
export const remove = (prior: Values, context: Context<Host>): Promise<void> =>
  named.remove(prior, context, async (libvirt, ref) => {
    const { client: host, warn } = context;
    const asked = deletesStorage(prior);
    const ours = asked === undefined && isBuilt(ref.uuid) && isMadeHere(ref.uuid, await host.hostname(), ref.name);
    const active = await libvirt.pools.isActive(ref);
    const deletes = asked === true || (ours && (await isSafe(libvirt, ref, asText(prior["type"]), active)));
    if (active) await libvirt.pools.destroy(ref);
    if (deletes && !(await deleteStorage(libvirt, ref, asked === true, active))) {
      warn({
        summary: `The storage of pool ${ref.name} was kept`,
        detail: "It contains something that libvirt does not list as a volume.",
      });
    }
    await libvirt.pools.undefine(ref);
  });

/** Deleting a non-empty directory fails; all other storage must be known to be empty. */
async function isSafe({ pools, volumes }: Libvirt, ref: PoolRef, type: string, active: boolean): Promise<boolean> {
  return active ? isEmptyPool(pools, volumes, ref) : type === "dir";
}

/** Whether the storage is gone. @throws if the configuration asked for it and libvirt cannot; the pool then continues as before */
async function deleteStorage({ pools }: Libvirt, ref: PoolRef, asked: boolean, active: boolean): Promise<boolean> {
  try {
    await pools.delete(ref);
    return true;
  } catch (error) {
    if (!isLibvirtError(error) || /No such file or directory/.test(error.message)) {
      if (isLibvirtError(error)) return true;
      throw error;
    }
    if (!asked) return false;
    if (active) await pools.create(ref);
    throw poolNotEmpty(ref.name, error);
  }
}
