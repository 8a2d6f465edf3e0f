import { existsSync } from "node:fs";
import { complete } from "../../attributes/complete.ts";
import type { PlannedChange } from "../../attributes/plan.ts";
import { isLibvirtError, isNotFound } from "../../libvirt/errors.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { sizeText } from "../../model/bytes.ts";
import { CdkvmError } from "../../model/errors.ts";
import { DATA_LOSS } from "../../model/plan-warnings.ts";
import { asText, isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { claimName, keptAdopted, releaseName, unmarkMade } from "../name-claims.ts";
import type { Host } from "../host.ts";
import { forget } from "../journal.ts";
import { placeOf } from "../named.ts";
import { madeNameOf } from "../made-file.ts";
import type { Context, Diagnostic, PlanRequest, PlanResult, Resource } from "../protocol/resource.ts";
import { keptIn, planReal, planTable, refreshed, without } from "../resource.ts";
import { warnOfUnmanaged } from "../unmanaged.ts";
import { isSameContent, isSameMade } from "./content.ts";
import { isReviewed } from "../reviewed.ts";
import { volumeAt } from "../users/inventory.ts";
import { planVolumeRemoval } from "../users/volume-plan.ts";
import { releaseVolume } from "../users/volume-release.ts";
import { create, refuseTakenVolume } from "./create.ts";
import { shrinks, update } from "./grow.ts";
import { observe, withoutNoise, type VolumeName } from "./observe.ts";
import { inPool, inRunningPool, isInactive, patiently } from "./pools.ts";
import { refuseReferences } from "./references.ts";
import { capacityOf } from "./size.ts";
import { CHECKSUM_PATH, headOfFile, isChecksum, isHttp, pathOf, URL_PATH } from "./source.ts";

/** These change as the guest writes: a state keeps the values from when the volume was created or imported. */
const MEASURES = ["allocation", "physical"] as const;

/** What libvirt reports about a volume but does not accept: file timestamps, its location on a disk. */
const REPORTED = /(^|\/)timestamps(\/|$)|^source(\/|$)/;

/** `libvirt_volume`: https://libvirt.org/formatstorage.html#storage-volume-xml */
export const volume: Resource<Host> = {
  table,
  idOf: ({ id }) => id,
  validate,
  plan,

  async planDestroy(prior, context) {
    const { client, warn } = context;
    releaseName(inPool(asText(prior["pool"])), prior["name"], prior["id"], context);
    await planVolumeRemoval(prior, "destroyed", context);
    // An engine looks up each warning's location in the whole configuration: 40 ms for each of 100 guests.
    if (isMadeHere(prior) || isReviewed()) return;
    const size = capacityOf(prior);
    warn({
      summary: DATA_LOSS.format(asText(prior["name"])),
      detail: `${client.uri}: the volume${size === undefined ? "" : `, ${sizeText(size)},`} in pool ${asText(prior["pool"])} is deleted.`,
    });
  },

  create,

  async read(state, context) {
    const { client, warn } = context;
    const name = nameOf(state);
    let observed: Values | null;
    try {
      observed = await observe(client, name, (description) =>
        warnOfUnmanaged({ table, noun: "volume", name: `${name.pool}/${name.name}`, reported: REPORTED }, description, context),
      );
    } catch (error) {
      if (!isInactive(error)) throw error;
      warn({
        summary: `The storage pool "${name.pool}" is not running, so the volume ${name.name} was not looked at`,
        detail: `The state stays as it was. An apply that has the pool starts it; else: virsh pool-start ${name.pool}`,
      });
      return state;
    }
    forget(await placeOf(inPool(name.pool), name.name, client));
    if (observed === null) return null;
    const found = withoutNoise(state, refreshed(table, state, observed, keptIn(context)));
    return { ...found, ...Object.fromEntries(MEASURES.map((one) => [one, state[one] ?? found[one] ?? null])) };
  },

  update,

  async delete(prior, context) {
    const { client } = context;
    const { pool, name } = nameOf(prior);
    await client.locks.exclusive(`volume ${pool} ${name}`, async () => {
      if (client.ledger.isAdopted(`volume ${pool} ${name}`)) return keptAdopted(inPool(pool), prior, context);
      const volume = volumeAt(prior);
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
  },

  async import(id, { client }) {
    const libvirt = await client.libvirt();
    try {
      const name = await find(libvirt, id);
      const observed = name && (await inRunningPool(`import the volume ${id}`, () => observe(client, name)));
      if (observed) return complete(table, plain(observed));
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    throw new CdkvmError({
      code: "CDKVM_NO_VOLUME",
      doing: `import a volume from ${client.uri}`,
      problem: `there is no volume ${JSON.stringify(id)} on this host`,
      fix: "give POOL/NAME, or the path on the host; `virsh vol-list POOL` lists both",
    });
  },
};

const nameOf = (values: Values): VolumeName => ({ pool: asText(values["pool"]), name: asText(values["name"]) });

function validate(config: Values): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const refuse = (path: Diagnostic["path"] & {}, summary: string, fix: string): void =>
    void found.push({ severity: "error", summary, detail: `  fix: ${fix}`, path });
  const { name, capacity, create: make, backing_store: below } = config;
  const checksum = valueAt(config, ...CHECKSUM_PATH);
  if (typeof name === "string" && (name.trim() === "" || /[/\n]/.test(name)))
    refuse(["name"], `${JSON.stringify(name)} cannot be a volume's name`, "use a name without slashes and line breaks");
  if (capacity === null && make === null && below === null)
    refuse(["capacity"], "The volume has no capacity", 'set capacity, with capacity_unit: capacity = 20, capacity_unit = "GiB"');
  if (isValues(make) && isValues(below))
    refuse(
      ["backing_store"],
      "create.content and backing_store exclude each other",
      "leave one out: the content is all there is, or lies beneath",
    );
  if (typeof checksum === "string" && !isChecksum(checksum))
    refuse(CHECKSUM_PATH, "This is no checksum", "write sha256: and 64 hexadecimal digits, or sha512: and 128");
  const url = valueAt(config, ...URL_PATH);
  if (typeof url === "string" && /^[a-z][a-z0-9+.-]*:/i.test(url) && !isHttp(url) && !/^file:\/\/\//i.test(url))
    refuse(URL_PATH, "Content cannot be fetched from there", "use https, http, file:///PATH, or a path on the machine that runs apply");
  return found;
}

async function plan(request: PlanRequest, context: Context<Host>): ReturnType<Resource<Host>["plan"]> {
  const { client, warn } = context;
  const { prior, config } = request;
  if (typeof config["pool"] === "string") claimName(inPool(config["pool"]), config["name"], prior?.["id"], context);
  if (prior === null) {
    if (typeof config["name"] === "string") client.ledger.willMake(config["name"]);
    const url = valueAt(config, ...URL_PATH);
    if (typeof url === "string" && !isHttp(url) && !existsSync(pathOf(url)))
      warn({
        summary: `There is no file ${pathOf(url)} on this machine`,
        detail: "Apply needs it, on the machine where it runs.",
        path: URL_PATH,
      });
    await refuseContent(config, context);
    await refuseTakenVolume(config, context);
    return planTable(table, request);
  }
  const proposed: Values = isSameMade(prior, request.proposed)
    ? { ...request.proposed, create: prior["create"] ?? null }
    : request.proposed;
  const { changes, ...asPlanned } = await planReal(table, { ...request, proposed }, async () => {
    try {
      return await observe(client, nameOf(prior));
    } catch (error) {
      if (isInactive(error)) return null;
      throw error;
    }
  });
  const same = changes.some(isContent) && isSameContent(prior, proposed, context.private);
  const result = same ? keepContent(prior, asPlanned, context) : asPlanned;
  const [before, after] = [capacityOf(prior), capacityOf(result.planned)];
  if (result.replace === undefined) {
    if (before !== undefined && after !== undefined && after < before) throw shrinks(asText(prior["name"]), before, after);
    return result;
  }
  await planVolumeRemoval(prior, "replaced", context);
  await refuseContent(config, context);
  if (isMadeHere(prior)) return result;
  warn({
    summary: DATA_LOSS.format(asText(prior["name"])),
    detail: `${client.uri}: the volume, ${before === undefined ? "" : `${sizeText(before)}, `}is deleted and made anew, because libvirt cannot change ${result.replace.map((path) => path.join(".")).join(", ")} of a volume that exists.`,
    ...(result.replace[0] === undefined ? {} : { path: result.replace[0] }),
  });
  return result;
}

/** Checks a local image at plan time; apply checks again what it sends. */
async function refuseContent(config: Values, { warn }: Context<Host>): Promise<void> {
  const url = valueAt(config, ...URL_PATH);
  if (typeof url !== "string" || isHttp(url)) return;
  const head = await headOfFile(url);
  if (head !== undefined) refuseReferences(config, head, warn);
}

/** Whether the configuration alone produces the content, so that no data is lost with it. */
function isMadeHere(prior: Values): boolean {
  const content = valueAt(prior, ...URL_PATH);
  return typeof content === "string" && madeNameOf(content) !== undefined;
}

/** The volume already has the requested content: keeps it, and records the new configuration in the state. */
function keepContent(prior: Values, result: PlanResult, { warn }: Context<Host>): PlanResult {
  if (prior["create"] === null)
    warn({
      summary: `What volume ${asText(prior["name"])} was made with is not known: it stays as it is`,
      detail:
        "It was imported, or made by an older cdkvm, and the configuration says now what it is to be filled with.\n" +
        "  fix: where it is to be made anew, with the data on it lost: plan with -replace",
      path: URL_PATH,
    });
  const { replace = [], ...kept } = result;
  const left = replace.filter((path) => path[0] !== "create");
  return left.length === 0 ? kept : { ...kept, replace: left };
}

const isContent = ({ path }: PlannedChange): boolean => path[0] === "create";

/** `POOL/NAME`, a path on the host, or libvirt's key. */
async function find({ volumes }: Libvirt, id: string): Promise<VolumeName | undefined> {
  const parts = /^([^/]+)\/(.+)$/.exec(id);
  if (parts?.[1] !== undefined && parts[2] !== undefined) return { pool: parts[1], name: parts[2] };
  for (const look of [() => volumes.lookupByPath(id), () => volumes.lookupByKey(id)]) {
    try {
      return await look();
    } catch (error) {
      if (!isLibvirtError(error, "NO_STORAGE_VOL")) throw error;
    }
  }
  return undefined;
}

/** The configuration a user would write: size, format, backing file. */
function plain(observed: Values): Values {
  const { target, backing_store: below } = observed;
  const shape = (of: Value | undefined): Values => (isValues(of) ? { path: of["path"] ?? null, format: of["format"] ?? null } : {});
  const format = valueAt(target ?? null, "format", "type");
  return {
    ...without(observed, "type", "allocation_unit", "physical_unit", "target"),
    ...(isValues(target) && format !== "raw" && format !== "iso" ? { target: { format: target["format"] ?? null } } : {}),
    ...(isValues(below) ? { backing_store: shape(below) } : {}),
  };
}
