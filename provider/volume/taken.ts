import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { Values } from "../../model/values.ts";
import { child, parseXml, textOf } from "../../model/xml.ts";
import type { Host } from "../host.ts";
import { recall } from "../journal.ts";
import { placeOf, replaces } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { planVolumeRemoval } from "../users/volume-plan.ts";
import { volumeTaken } from "./errors.ts";
import { inPool, type VolumeName } from "./name.ts";
import { isInactive } from "./pools.ts";

/**
 * Refuses at plan time a name that is taken in a running pool. Whether a killed apply's leftover belongs to this configuration is
 * known only once all values are: apply looks closer.
 *
 * @throws CDKVM_NAME_TAKEN
 */
export async function refuseTakenVolume({ pool, name }: Values, context: Context<Host>): Promise<void> {
  const { client: host } = context;
  if (typeof pool !== "string" || typeof name !== "string") return;
  const key = (await namesIn(pool, host)).has(name) ? await keyOf(await host.libvirt(), { pool, name }) : undefined;
  if (key === undefined) return;
  const place = await placeOf(inPool(pool), name, host);
  if (replaces(place, key, context)) return await planVolumeRemoval({ pool, name, path: key }, "replaced", context);
  if (recall(place) === undefined) throw volumeTaken({ pool, name }, host.uri);
}

/** The volumes in a pool when this session first asked, as far as libvirt can tell: one call instead of one for each new volume. */
const namesIn = (pool: string, host: Host): Promise<ReadonlySet<string>> =>
  host.once.ask(`volumes in pool ${pool}`, async () => {
    const { pools, volumes } = await host.libvirt();
    try {
      return new Set((await volumes.list(await pools.lookupByName(pool))).map(({ name }) => name));
    } catch (error) {
      if (isLibvirtError(error, "NO_STORAGE_POOL") || isInactive(error)) return new Set();
      throw error;
    }
  });

/** `undefined` if there is no such volume, as far as libvirt can tell. */
async function keyOf({ volumes }: Libvirt, volume: VolumeName): Promise<string | undefined> {
  try {
    const key = child(parseXml(await volumes.xml({ ...volume, key: "" })), "key");
    return key && textOf(key);
  } catch (error) {
    if (isLibvirtError(error, "NO_STORAGE_POOL", "NO_STORAGE_VOL") || isInactive(error)) return undefined;
    throw error;
  }
}
