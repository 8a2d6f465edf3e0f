import { isLibvirtError } from "../../libvirt/errors.ts";
import { asText, type Values } from "../../model/values.ts";
import type { Host } from "../host.ts";
import { forget } from "../journal.ts";
import { unmarkMade, warnOfAdoption } from "../name-claims.ts";
import { placeOf } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { volumeAt } from "../users/inventory.ts";
import { releaseVolume } from "../users/volume-release.ts";
import { inPool, volumeKey } from "./name.ts";
import { inRunningPool, patiently } from "./pools.ts";

/** Deletes the volume, or, if guests release it only later in this apply, leaves that to their own steps. */
export async function remove(prior: Values, context: Context<Host>): Promise<void> {
  const { client } = context;
  const volume = volumeAt(prior);
  const { pool, name } = volume;
  await client.locks.exclusive(volumeKey(volume), async () => {
    if (client.ledger.isAdopted(volumeKey(volume))) return warnOfAdoption(inPool(pool), name, context);
    const holders = await releaseVolume(volume, context);
    unmarkMade(inPool(pool), name, client);
    const remove = async (): Promise<void> => {
      const { volumes } = await client.libvirt();
      const ref = { pool, name, key: asText(prior["key"]) };
      try {
        await inRunningPool(`delete the volume ${name}`, () => patiently(() => volumes.delete(ref)));
      } catch (error) {
        if (!isLibvirtError(error, "NO_STORAGE_VOL", "NO_STORAGE_POOL")) throw error;
      }
      forget(await placeOf(inPool(pool), name, client));
    };
    if (holders.length === 0) await remove();
    else client.users.removeLater(volume, holders, remove);
  });
}
