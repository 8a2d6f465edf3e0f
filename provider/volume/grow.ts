import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { ListDomains } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { child, childrenNamed, parseXml } from "../../libvirt/xml.ts";
import { asText, type Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { at } from "../refused.ts";
import { recorded } from "../resource.ts";
import { contentIn } from "./content.ts";
import { observe } from "./observe.ts";
import { inactive, isInactive, patiently, poolNamed } from "./pools.ts";
import { explain } from "./reasons.ts";
import { capacityOf, sizeText } from "./size.ts";

/** The error for a capacity below what the volume has. */
export const shrinks = (name: string, from: number, to: number): Error =>
  at(["capacity"], {
    code: "CDKVM_VOLUME_SHRINKS",
    doing: `change the volume ${name}`,
    problem: `capacity ${sizeText(to)} is less than the ${sizeText(from)} that the volume has: shrinking would cut off data`,
    fix: `set capacity to ${sizeText(from)} or more; for a smaller disk make a new volume and copy what is needed`,
  });

/** Grows the volume; the guest that runs on it sees the new size at once. */
export function update(prior: Values, planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const [pool, name] = [asText(planned["pool"]), asText(planned["name"])];
  return host.exclusive(`volume ${pool} ${name}`, async () => {
    const libvirt = await host.libvirt();
    const ref = { pool, name, key: "" };
    const wanted = capacityOf(planned);
    const grows = (wanted ?? 0) > (capacityOf(prior) ?? 0); // to less than it has, where its storage rounds up
    try {
      const { capacity } = await libvirt.volumes.info(ref);
      if (wanted !== undefined && wanted < capacity && !grows) throw shrinks(name, capacity, wanted);
      if (wanted !== undefined && wanted > capacity) {
        const path = await libvirt.volumes.path(ref);
        const user = await userOf(libvirt, pool, name, path);
        if (user === undefined) await patiently(() => libvirt.volumes.resize(ref, wanted));
        else await libvirt.domains.devices.blockResize(user.domain, user.disk, wanted);
      }
    } catch (error) {
      if (isInactive(error)) throw inactive(pool, `grow the volume ${name}`, error);
      throw await explain(error, libvirt, await poolNamed(host, pool), planned, `grow the volume ${name}`);
    }
    const observed = await observe(libvirt, { pool, name });
    if (observed === null) throw new Error(`the volume ${name} went away while it was being changed`);
    return recorded(table, planned, observed, context, observed, contentIn(context.private));
  });
}

/** The running guest that has the volume as a disk, and the disk's name in it. */
async function userOf(
  { domains }: Libvirt,
  pool: string,
  name: string,
  path: string,
): Promise<{ domain: DomainRef; disk: string } | undefined> {
  const found = await Promise.all(
    (await domains.list(ListDomains.ACTIVE)).map(async (domain) => {
      try {
        const disk = diskOn(await domains.xml(domain), pool, name, path);
        return disk === undefined ? undefined : { domain, disk };
      } catch (error) {
        if (isLibvirtError(error, "NO_DOMAIN")) return undefined;
        throw error;
      }
    }),
  );
  return found.find((one) => one !== undefined);
}

function diskOn(xml: string, pool: string, name: string, path: string): string | undefined {
  if (!xml.includes(path) && !xml.includes(name)) return undefined;
  const devices = child(parseXml(xml), "devices");
  const disk =
    devices &&
    childrenNamed(devices, "disk").find((one) => {
      const at = child(one, "source")?.attributes ?? {};
      return at["file"] === path || at["dev"] === path || (at["pool"] === pool && at["volume"] === name);
    });
  return disk && child(disk, "target")?.attributes["dev"];
}
