import type { Libvirt } from "../../libvirt/connection.ts";
import { isAlreadyExists, isLibvirtError } from "../../libvirt/errors.ts";
import type { PoolRef, VolumeRef } from "../../libvirt/refs.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { serializeXml } from "../../model/xml.ts";
import { disappeared } from "../errors.ts";
import type { Host } from "../host.ts";
import { forget, identityOf, note, type Place } from "../journal.ts";
import { markMade, refuseMade } from "../name-claims.ts";
import { leftBehind, orNone, placeOf } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { recordState } from "../resource.ts";
import { madeWith } from "./content.ts";
import { volumeTaken } from "./errors.ts";
import { refuseSmaller } from "./grow.ts";
import { isPlain } from "./image/index.ts";
import { inPool, volumeKey, type VolumeName } from "./name.ts";
import { observe } from "./observe.ts";
import { inRunningPool, patiently, poolNamed, refreshOnce, type VolumePool } from "./pools.ts";
import { explain, isFull } from "./reasons.ts";
import { refuseReferences } from "./references.ts";
import { definitionOf, type Shape, shapeOf } from "./shape.ts";
import { openSource, type Source } from "./source.ts";

/** Creates and fills the volume. On failure, and on Ctrl-C, nothing is left behind. */
export function create(planned: Values, config: Values, context: Context<Host>): Promise<Values> {
  const [pool, name] = [asText(planned["pool"]), asText(planned["name"])];
  const task = (): Promise<Values> => createIn(pool, name, planned, config, context);
  return context.client.locks.exclusive(volumeKey({ pool, name }), () => inRunningPool(`create the volume ${name}`, task));
}

async function createIn(pool: string, name: string, planned: Values, config: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  refuseMade(inPool(pool), name, host);
  const libvirt = await host.libvirt();
  const where = await poolNamed(host, pool);
  const place = await placeOf(inPool(pool), name, host);
  const volume: VolumeName = { pool, name };
  const made = (await takeOver(host, libvirt, where, place, identityOf(config)))
    ? undefined
    : await make(libvirt, where, place, planned, config, context);
  const observed = await observe(host, volume);
  if (observed === null) throw disappeared("volume", name, "created");
  try {
    refuseSmaller(planned, observed, `create the volume ${name}`);
  } catch (error) {
    if (made !== undefined) await removeQuietly(libvirt, { ...volume, key: asText(observed["key"]) }, place);
    throw error;
  }
  markMade(inPool(pool), name, host);
  await host.users.insert(volume);
  host.ledger.adopt(volumeKey(volume));
  const digests = planned["create"] === null ? [] : made;
  return recordState(table, planned, observed, context, observed, digests === undefined ? {} : madeWith(digests));
}

/** Whether a killed apply has already created it. Removes an incomplete one. @throws CDKVM_NAME_TAKEN for anything else of this name */
async function takeOver(host: Host, libvirt: Libvirt, pool: VolumePool, place: Place, identity: string): Promise<boolean> {
  const entry = await leftBehind(place, host);
  if (entry === undefined) return false; // libvirt refuses to create a taken name
  // A tool started by a killed libvirtd may have created the file after libvirtd refreshed the pool.
  await refreshOnce(host, pool.ref.name).catch(() => {}); // the lookup reports what is wrong
  const found = await lookup(libvirt, pool.ref, place.name);
  if (found === undefined) return false;
  if (entry.identity !== identity) throw volumeTaken({ pool: pool.ref.name, name: place.name }, host.uri);
  if (entry.phase === "made") return true;
  await patiently(() => libvirt.volumes.delete(found));
  return false;
}

const lookup = ({ volumes }: Libvirt, pool: PoolRef, name: string): Promise<VolumeRef | undefined> =>
  orNone(volumes.lookupByName(pool, name), (error) => isLibvirtError(error, "NO_STORAGE_VOL"));

/** Returns the digests of the content. */
async function make(
  libvirt: Libvirt,
  pool: VolumePool,
  place: Place,
  planned: Values,
  config: Values,
  context: Context<Host>,
): Promise<readonly string[]> {
  const { signal } = context;
  const { name } = place;
  const identity = identityOf(config);
  const source = await contentOf(planned, signal);
  try {
    if (source !== undefined) refuseReferences(planned, source.head, source.local ? () => {} : context.warn); // local: the plan warned
    const shape = shapeOf(planned, pool, source);
    if (source !== undefined) await refuseFull(context.client, pool, source, planned);
    note(place, { phase: "making", identity });
    const ref = await define(libvirt, pool, place, planned, shape, context.client);
    try {
      if (source !== undefined) {
        const sparse = pool.holdsFiles && isPlain(source.head);
        const sent = await libvirt.volumes.upload(ref, source.chunks, { sparse, signal });
        // The image brings its own size; for a raw one, libvirt truncates the file where a hole ends.
        const { capacity, first = sparse ? sent : capacity } = shape;
        if (first !== undefined && capacity !== undefined && capacity > first) await patiently(() => libvirt.volumes.resize(ref, capacity));
      }
      note(place, { phase: "made", identity });
      return source?.digests() ?? [];
    } catch (error) {
      const full = await isFull(error, libvirt, pool);
      await removeQuietly(libvirt, ref, place);
      throw await explain(error, libvirt, pool, planned, `fill the volume ${name}`, full);
    }
  } finally {
    await source?.close();
  }
}

function contentOf(planned: Values, signal: AbortSignal): Promise<Source> | undefined {
  const content = isValues(planned["create"]) ? planned["create"]["content"] : null;
  if (!isValues(content) || typeof content["url"] !== "string") return undefined;
  return openSource(content["url"], typeof content["checksum"] === "string" ? content["checksum"] : undefined, signal);
}

/** An image that is sent as is needs as much space as it has bytes. */
async function refuseFull(host: Host, pool: VolumePool, { head, size }: Source, planned: Values): Promise<void> {
  if (size === undefined || isPlain(head) || !pool.holdsFiles || size < FREE_ANYWAY) return;
  const libvirt = await host.libvirt();
  const { available } = await libvirt.pools.info(pool.ref);
  if (available >= size) return;
  await refreshOnce(host, pool.ref.name).catch(() => {}); // then the earlier figures apply
  const now = await libvirt.pools.info(pool.ref);
  if (now.available < size) throw await explain(undefined, libvirt, pool, planned, `fill the volume ${asText(planned["name"])}`, true);
}
const FREE_ANYWAY = 8 * 1024 * 1024;

async function define(libvirt: Libvirt, pool: VolumePool, place: Place, planned: Values, shape: Shape, host: Host): Promise<VolumeRef> {
  const xml = serializeXml(definitionOf(planned, pool, shape));
  for (let again = false; ; again = true) {
    try {
      return await libvirt.volumes.create(pool.ref, xml);
    } catch (error) {
      // A file that libvirt has not seen yet: this apply did not create it.
      if (isAlreadyExists(error) || (isLibvirtError(error) && /already exists/.test(error.message))) {
        forget(place);
        throw volumeTaken({ pool: pool.ref.name, name: place.name }, host.uri);
      }
      const gone = isLibvirtError(error) && /No such file or directory/.test(error.message);
      if (again || !gone) {
        if (isLibvirtError(error)) forget(place); // without an answer, it may have been created
        throw await explain(error, libvirt, pool, planned, `create the volume ${place.name}`);
      }
      await refreshOnce(host, pool.ref.name);
    }
  }
}

async function removeQuietly({ volumes }: Libvirt, ref: VolumeRef, place: Place): Promise<void> {
  try {
    await patiently(() => volumes.delete(ref));
    forget(place);
  } catch {
    // libvirt is gone: the journal marks the volume as incomplete, and the next apply removes it
  }
}
