import { asText, type Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { disappeared } from "../errors.ts";
import { recordState } from "../resource.ts";
import { contentIn } from "./content.ts";
import { volumeShrinks, volumeSmaller } from "./errors.ts";
import { volumeKey } from "./name.ts";
import { observe } from "./observe.ts";
import { inRunningPool, patiently, poolNamed } from "./pools.ts";
import { explain } from "./reasons.ts";
import { capacityOf } from "./size.ts";

/** Maximum age of the inventory of guests that run with the volume: QEMU's image lock covers changes since then. */
const MAX_AGE_MS = 1000;

/** @throws CDKVM_VOLUME_SMALLER: storage rounds up, and never provides less than requested */
export function refuseSmaller(planned: Values, observed: Values, doing: string): void {
  const [wanted, has] = [capacityOf(planned), capacityOf(observed)];
  if (wanted === undefined || has === undefined || has >= wanted) return;
  throw volumeSmaller(doing, has, wanted);
}

/** Grows the volume; a guest that runs on it sees the new size at once. */
export function update(prior: Values, planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const [pool, name] = [asText(planned["pool"]), asText(planned["name"])];
  const grow = async (): Promise<Values> => {
    const libvirt = await host.libvirt();
    const ref = { pool, name, key: "" };
    const wanted = capacityOf(planned);
    const grows = (wanted ?? 0) > (capacityOf(prior) ?? 0); // possibly to less than the actual size, if the storage rounds up
    try {
      const { capacity } = await libvirt.volumes.info(ref);
      if (wanted !== undefined && wanted < capacity && !grows) throw volumeShrinks(name, capacity, wanted);
      if (wanted !== undefined && wanted > capacity) {
        const users = (await host.users.inventory(MAX_AGE_MS)).ofVolume({ ...ref, path: await libvirt.volumes.path(ref) });
        const user = users.find(({ runs, use }) => runs && use.as === "disk" && use.beneath !== true);
        if (user === undefined) await patiently(() => libvirt.volumes.resize(ref, wanted));
        else await libvirt.domains.devices.blockResize(user.guest, user.use.device, wanted);
      }
    } catch (error) {
      throw await explain(error, libvirt, await poolNamed(host, pool), planned, `grow the volume ${name}`);
    }
    const observed = await observe(host, { pool, name });
    if (observed === null) throw disappeared("volume", name, "changed");
    refuseSmaller(planned, observed, `grow the volume ${name}`);
    return recordState(table, planned, observed, context, observed, contentIn(context.private));
  };
  return host.locks.exclusive(volumeKey({ pool, name }), () => inRunningPool(`grow the volume ${name}`, grow));
}
