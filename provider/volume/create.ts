import { writeXml } from "../../libvirt/codec/write.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isAlreadyExists, isLibvirtError } from "../../libvirt/errors.ts";
import type { PoolRef, VolumeRef } from "../../libvirt/refs.ts";
import { sizeText } from "../../model/bytes.ts";
import { child, element, parseXml, serializeXml, type XmlElement } from "../../model/xml.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { markMade, refuseMade } from "../name-claims.ts";
import type { Host } from "../host.ts";
import { importCommand } from "../import-command.ts";
import { forget, identityOf, note, type Place, recall } from "../journal.ts";
import { leftBehind, orNone, placeOf, replaces } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { errorAt } from "../diagnose.ts";
import { recorded } from "../resource.ts";
import { planVolumeRemoval } from "../users/volume-plan.ts";
import { isPlain } from "./image/index.ts";
import { madeWith } from "./content.ts";
import { refuseSmaller } from "./grow.ts";
import { observe, type VolumeName } from "./observe.ts";
import { inPool, inRunningPool, isInactive, patiently, poolNamed, refreshOnce, type VolumePool } from "./pools.ts";
import { explain, isFull } from "./reasons.ts";
import { refuseReferences } from "./references.ts";
import { capacityOf } from "./size.ts";
import { openSource, type Source } from "./source.ts";

/** Creates and fills the volume. On failure, and on Ctrl-C, nothing is left behind. */
export function create(planned: Values, config: Values, context: Context<Host>): Promise<Values> {
  const [pool, name] = [asText(planned["pool"]), asText(planned["name"])];
  const task = (): Promise<Values> => createIn(pool, name, planned, config, context);
  return context.client.locks.exclusive(`volume ${pool} ${name}`, () => inRunningPool(`create the volume ${name}`, task));
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
  if (observed === null) throw new Error(`the volume ${name} went away while it was being made`);
  try {
    refuseSmaller(planned, observed, `create the volume ${name}`);
  } catch (error) {
    if (made !== undefined) await removeQuietly(libvirt, { ...volume, key: asText(observed["key"]) }, place);
    throw error;
  }
  markMade(inPool(pool), name, host);
  await host.users.insert(volume);
  host.ledger.adopt(`volume ${pool} ${name}`);
  const digests = planned["create"] === null ? [] : made;
  return recorded(table, planned, observed, context, observed, digests === undefined ? {} : madeWith(digests));
}

/** Whether a killed apply has already created it. Removes an incomplete one. @throws CDKVM_NAME_TAKEN for anything else of this name */
async function takeOver(host: Host, libvirt: Libvirt, pool: VolumePool, place: Place, identity: string): Promise<boolean> {
  const entry = await leftBehind(place, host);
  // A tool started by a killed libvirtd may have created the file after libvirtd refreshed the pool.
  if (entry !== undefined) await refreshOnce(host, pool.ref.name).catch(() => {}); // the lookup reports what is wrong
  const found = await lookup(libvirt, pool.ref, place.name);
  if (found === undefined) return false;
  if (entry?.identity !== identity) throw volumeTaken(pool.ref.name, place.name, host);
  if (entry.phase === "made") return true;
  await patiently(() => libvirt.volumes.delete(found));
  return false;
}

const lookup = ({ volumes }: Libvirt, pool: PoolRef, name: string): Promise<VolumeRef | undefined> =>
  orNone(volumes.lookupByName(pool, name), (error) => isLibvirtError(error, "NO_STORAGE_VOL"));

/**
 * Refuses at plan time a name that is taken in a running pool. Whether a killed apply's leftover belongs to this configuration is
 * known only once all values are: apply looks closer.
 *
 * @throws CDKVM_NAME_TAKEN
 */
export async function refuseTakenVolume({ pool, name }: Values, context: Context<Host>): Promise<void> {
  const { client: host } = context;
  if (typeof pool !== "string" || typeof name !== "string") return;
  const key = await keyOf(await host.libvirt(), pool, name);
  if (key === undefined) return;
  const place = await placeOf(inPool(pool), name, host);
  if (replaces(place, key, context)) return await planVolumeRemoval({ pool, name, path: key }, "replaced", context);
  if (recall(place) !== undefined) return;
  throw volumeTaken(pool, name, host);
}

/** `undefined` if there is no such volume, as far as libvirt can tell. */
async function keyOf({ volumes }: Libvirt, pool: string, name: string): Promise<string | undefined> {
  try {
    const key = child(parseXml(await volumes.xml({ pool, name, key: "" })), "key");
    return key?.children.filter((one) => typeof one === "string").join("");
  } catch (error) {
    if (isLibvirtError(error, "NO_STORAGE_POOL", "NO_STORAGE_VOL") || isInactive(error)) return undefined;
    throw error;
  }
}

const volumeTaken = (pool: string, name: string, host: Host): Error =>
  errorAt(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the volume ${name} in pool ${pool} on ${host.uri}`,
    problem: `a volume named "${name}" exists in pool "${pool}", and it is not in this state`,
    likely:
      "it belongs to another stack or to none, this state was lost, or this apply replaces it with create_before_destroy. It has not been touched",
    fix: `choose another name, or import it (${importCommand(`${pool}/${name}`)}) where no other state has it`,
  });

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

interface Shape {
  /** Final size in bytes; undefined: the size of the backing file. */
  readonly capacity: number | undefined;
  /** Initial size in bytes, if the image's own size comes first. */
  readonly first: number | undefined;
  readonly format: string | undefined;
}

function contentOf(planned: Values, signal: AbortSignal): Promise<Source> | undefined {
  const content = isValues(planned["create"]) ? planned["create"]["content"] : null;
  if (!isValues(content) || typeof content["url"] !== "string") return undefined;
  return openSource(content["url"], typeof content["checksum"] === "string" ? content["checksum"] : undefined, signal);
}

/** The image's own size and format, merged with those of the configuration. @throws if they contradict each other */
function shapeOf(planned: Values, pool: VolumePool, source: Source | undefined): Shape {
  const capacity = capacityOf(planned);
  const target = planned["target"];
  const group = isValues(target) ? target["format"] : null;
  const wanted = isValues(group) && typeof group["type"] === "string" ? group["type"] : undefined;
  if (source === undefined) return { capacity, first: undefined, format: wanted === "iso" ? "raw" : wanted };
  const { head } = source;
  const found = isPlain(head) ? "raw" : head.format;
  const doing = `create the volume ${asText(planned["name"])}`;
  const fits = wanted === undefined || wanted === found || (wanted === "iso" && found === "raw");
  if (!fits || (found !== "raw" && !pool.holdsFiles)) {
    throw errorAt(fits ? ["create", "content", "url"] : ["target", "format", "type"], {
      code: "CDKVM_IMAGE_FORMAT",
      doing,
      problem: `the image is ${head.format}, not ${fits ? `raw, and a pool of type ${pool.type} holds raw volumes only` : wanted}`,
      fix: fits
        ? "convert it: qemu-img convert -O raw IMAGE IMAGE.raw"
        : `set target.format.type = "${found}", or convert it: qemu-img convert -O ${wanted} IMAGE NEW`,
    });
  }
  const own = found === "raw" ? source.size : head.capacity;
  if (own === undefined && capacity === undefined) {
    throw errorAt(["capacity"], {
      code: "CDKVM_IMAGE_SIZE",
      doing,
      problem: "how large the image is cannot be told",
      likely: "the server sends it without a length",
      fix: "set capacity to the size that the guest is to see",
    });
  }
  if (own !== undefined && capacity !== undefined && capacity < own) {
    throw errorAt(["capacity"], {
      code: "CDKVM_IMAGE_TOO_LARGE",
      doing,
      problem: `the image is ${sizeText(own)} large, and capacity is ${sizeText(capacity)}`,
      fix: `set capacity to ${sizeText(own)} or more, or leave it out`,
    });
  }
  return { capacity: capacity ?? own, first: found === "raw" ? undefined : own, format: wanted === "iso" ? "raw" : (wanted ?? found) };
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
  const xml = serializeXml(definition(planned, pool, shape));
  for (let again = false; ; again = true) {
    try {
      return await libvirt.volumes.create(pool.ref, xml);
    } catch (error) {
      // A file that libvirt has not seen yet: this apply did not create it.
      if (isAlreadyExists(error) || (isLibvirtError(error) && /already exists/.test(error.message))) {
        forget(place);
        throw volumeTaken(pool.ref.name, place.name, host);
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

/** Files are thin; block devices are as libvirt creates them. */
function definition(planned: Values, pool: VolumePool, { capacity, first, format }: Shape): XmlElement {
  const target = isValues(planned["target"]) ? planned["target"] : {};
  const size = first ?? capacity;
  const values: Values = {
    ...planned,
    capacity: size ?? null,
    capacity_unit: size === undefined ? null : "bytes",
    target: format === undefined ? (planned["target"] ?? null) : { ...target, format: { type: format } },
  };
  const xml = writeXml(table, values);
  if (pool.holdsFiles) xml.children.push({ ...element("allocation"), children: ["0"] });
  return xml;
}

async function removeQuietly({ volumes }: Libvirt, ref: VolumeRef, place: Place): Promise<void> {
  try {
    await patiently(() => volumes.delete(ref));
    forget(place);
  } catch {
    // libvirt is gone: the journal marks the volume as incomplete, and the next apply removes it
  }
}
