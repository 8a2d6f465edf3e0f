import { setTimeout as delay } from "node:timers/promises";
import { writeXml } from "../../libvirt/codec/write.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isAlreadyExists, isLibvirtError } from "../../libvirt/errors.ts";
import type { VolumeRef } from "../../libvirt/refs.ts";
import { element, serializeXml, type XmlElement } from "../../libvirt/xml.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { markMade, refuseMade } from "../claims.ts";
import type { Host } from "../host.ts";
import { importCommand } from "../import-command.ts";
import { orNone } from "../named.ts";
import type { Context } from "../protocol/resource.ts";
import { at } from "../refused.ts";
import { recorded } from "../resource.ts";
import { isPlain } from "./image.ts";
import { madeWith } from "./content.ts";
import { type Entry, forget, isAtWork, note, recall, type VolumeKey } from "./journal.ts";
import { observe } from "./observe.ts";
import { inactive, inPool, isInactive, patiently, poolNamed, refreshOnce, type VolumePool } from "./pools.ts";
import { explain, isFull } from "./reasons.ts";
import { capacityOf, sizeText } from "./size.ts";
import { openSource, type Source } from "./source.ts";

/** Makes the volume and fills it. On failure, and on Ctrl-C, nothing of it is left. */
export function create(planned: Values, config: Values, context: Context<Host>): Promise<Values> {
  const [pool, name] = [asText(planned["pool"]), asText(planned["name"])];
  return context.client.exclusive(`volume ${pool} ${name}`, async () => {
    const host = context.client;
    refuseMade(inPool(pool), name, host);
    const libvirt = await host.libvirt();
    const where = await poolNamed(host, pool);
    const key: VolumeKey = { host: await host.hostname(), pool, name };
    const made = (await takeOver(host, libvirt, where, key, config))
      ? undefined
      : await make(libvirt, where, key, planned, config, context);
    const observed = await observe(libvirt, key);
    if (observed === null) throw new Error(`the volume ${name} went away while it was being made`);
    markMade(inPool(pool), name, host);
    host.adopt(`volume ${pool} ${name}`);
    const digests = planned["create"] === null ? [] : made;
    return recorded(table, planned, observed, context, observed, digests === undefined ? {} : madeWith(digests));
  });
}

/** Whether a killed apply made it already. A half-made one is removed. @throws CDKVM_NAME_TAKEN for anything else of this name */
async function takeOver(host: Host, libvirt: Libvirt, pool: VolumePool, key: VolumeKey, config: Values): Promise<boolean> {
  const entry = recall(key, config);
  const atWork = entry !== undefined && (await staysAtWork(entry));
  // A tool that a killed libvirtd had started may have made the file after libvirtd looked at the pool again.
  if (entry !== undefined && !atWork) await refreshOnce(libvirt, pool.ref.name).catch(() => {}); // the look-up tells what is wrong
  let found: VolumeRef | undefined;
  try {
    found = await orNone(libvirt.volumes.lookupByName(pool.ref, key.name), (error) => isLibvirtError(error, "NO_STORAGE_VOL"));
  } catch (error) {
    throw isInactive(error) ? inactive(key.pool, `create the volume ${key.name}`, error) : error;
  }
  if (found === undefined) return false;
  const now = recall(key, config);
  if (now === undefined || atWork) throw nameTaken(key, host, found.key, atWork);
  if (now.phase === "made") return true;
  const half = found;
  await patiently(() => libvirt.volumes.delete(half));
  return false;
}

/** A provider whose engine was killed ends within this time, and may still remove what it was at. */
const ORPHAN_MS = 3000;

/** Whether another process is at work on it, one that does not end soon. */
async function staysAtWork(entry: Entry): Promise<boolean> {
  for (const until = Date.now() + ORPHAN_MS; isAtWork(entry); await delay(50)) if (Date.now() > until) return true;
  return false;
}

const nameTaken = ({ pool, name }: VolumeKey, host: Host, key: string, atWork: boolean): Error =>
  at(["name"], {
    code: "CDKVM_NAME_TAKEN",
    doing: `create the volume ${name} in pool ${pool} on ${host.uri}`,
    problem: `a volume named "${name}" exists in pool "${pool}", and it is not in this state`,
    likely: atWork
      ? "another apply of this configuration is making it at this moment"
      : "somebody made it by other means, an apply on another machine was killed, or it is the one that this apply replaces with create_before_destroy. It has not been touched",
    fix: atWork
      ? "wait for that apply"
      : `import it (${importCommand(`${pool}/${name}`)}), choose another name, or delete it: virsh vol-delete ${key}`,
  });

/** Gives what the content hashes to. */
async function make(
  libvirt: Libvirt,
  pool: VolumePool,
  key: VolumeKey,
  planned: Values,
  config: Values,
  context: Context<Host>,
): Promise<readonly string[]> {
  const { signal } = context;
  const source = await contentOf(planned, signal);
  try {
    const shape = shapeOf(planned, pool, source);
    if (source !== undefined) await refuseFull(libvirt, pool, source, planned);
    if (source?.head.hasBacking === true) {
      context.warn({
        summary: `The image for ${key.name} says that another image lies beneath it`,
        detail: "It works only if the KVM host has that other image at the same path.",
        path: ["create", "content", "url"],
      });
    }
    note(key, config, "making");
    const ref = await define(libvirt, pool, key, planned, shape, context.client);
    try {
      if (source !== undefined) {
        const sparse = pool.holdsFiles && isPlain(source.head);
        const sent = await libvirt.volumes.upload(ref, source.chunks, { sparse, signal });
        // The image brings its own size; where it is raw, libvirt cuts the file off where a hole ends.
        const { capacity, first = sparse ? sent : capacity } = shape;
        if (first !== undefined && capacity !== undefined && capacity > first) await patiently(() => libvirt.volumes.resize(ref, capacity));
      }
      note(key, config, "made");
      return source?.digests() ?? [];
    } catch (error) {
      const full = await isFull(error, libvirt, pool);
      await removeQuietly(libvirt, ref, key);
      throw await explain(error, libvirt, pool, planned, `fill the volume ${key.name}`, full);
    }
  } finally {
    await source?.close();
  }
}

interface Shape {
  /** Bytes wanted in the end; undefined: as large as what lies beneath. */
  readonly capacity: number | undefined;
  /** Bytes to begin with, where the image's own size comes first. */
  readonly first: number | undefined;
  readonly format: string | undefined;
}

function contentOf(planned: Values, signal: AbortSignal): Promise<Source> | undefined {
  const content = isValues(planned["create"]) ? planned["create"]["content"] : null;
  if (!isValues(content) || typeof content["url"] !== "string") return undefined;
  return openSource(content["url"], typeof content["checksum"] === "string" ? content["checksum"] : undefined, signal);
}

/** The image's own size and format, and what the configuration wants of them. @throws where they contradict each other */
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
    throw at(fits ? ["create", "content", "url"] : ["target", "format", "type"], {
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
    throw at(["capacity"], {
      code: "CDKVM_IMAGE_SIZE",
      doing,
      problem: "how large the image is cannot be told",
      likely: "the server sends it without a length",
      fix: "set capacity to the size that the guest is to see",
    });
  }
  if (own !== undefined && capacity !== undefined && capacity < own) {
    throw at(["capacity"], {
      code: "CDKVM_IMAGE_TOO_LARGE",
      doing,
      problem: `the image is ${sizeText(own)} large, and capacity is ${sizeText(capacity)}`,
      fix: `set capacity to ${sizeText(own)} or more, or leave it out`,
    });
  }
  return { capacity: capacity ?? own, first: found === "raw" ? undefined : own, format: wanted === "iso" ? "raw" : (wanted ?? found) };
}

/** An image that is sent as it is needs as much room as it has bytes. */
async function refuseFull(libvirt: Libvirt, pool: VolumePool, { head, size }: Source, planned: Values): Promise<void> {
  if (size === undefined || isPlain(head) || !pool.holdsFiles || size < FREE_ANYWAY) return;
  const { available } = await libvirt.pools.info(pool.ref);
  if (available >= size) return;
  await refreshOnce(libvirt, pool.ref.name).catch(() => {}); // what it told before holds
  const now = await libvirt.pools.info(pool.ref);
  if (now.available < size) throw await explain(undefined, libvirt, pool, planned, `fill the volume ${asText(planned["name"])}`, true);
}
const FREE_ANYWAY = 8 * 1024 * 1024;

async function define(libvirt: Libvirt, pool: VolumePool, key: VolumeKey, planned: Values, shape: Shape, host: Host): Promise<VolumeRef> {
  const xml = serializeXml(definition(planned, pool, shape));
  for (let again = false; ; again = true) {
    try {
      return await libvirt.volumes.create(pool.ref, xml);
    } catch (error) {
      // A file that libvirt has not seen yet: whoever made it, it was not this apply.
      if (isAlreadyExists(error) || (isLibvirtError(error) && /already exists/.test(error.message))) {
        forget(key);
        throw nameTaken(key, host, key.name, false);
      }
      const gone = isLibvirtError(error) && /No such file or directory/.test(error.message);
      if (again || !gone) {
        if (isLibvirtError(error)) forget(key); // without an answer it may have been made
        throw await explain(error, libvirt, pool, planned, `create the volume ${key.name}`);
      }
      await refreshOnce(libvirt, pool.ref.name);
    }
  }
}

/** Files are thin; block devices are as libvirt makes them. */
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

async function removeQuietly({ volumes }: Libvirt, ref: VolumeRef, key: VolumeKey): Promise<void> {
  try {
    await patiently(() => volumes.delete(ref));
    forget(key);
  } catch {
    // libvirt is gone: the journal says that it is half-made, and the next apply removes it
  }
}
