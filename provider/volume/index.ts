import { existsSync } from "node:fs";
import type { PlannedChange } from "../../attributes/plan.ts";
import { sizeText } from "../../model/bytes.ts";
import { DATA_LOSS } from "../../model/plan-warnings.ts";
import { asText, type Values, valueAt } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import type { Host } from "../host.ts";
import { forget } from "../journal.ts";
import { madeNameOf } from "../made-file.ts";
import { claimName, releaseName } from "../name-claims.ts";
import { placeOf } from "../named.ts";
import type { Context, PlanRequest, PlanResult, Resource } from "../protocol/resource.ts";
import { keptIn, planReal, planTable, refreshed } from "../resource.ts";
import { isReviewed } from "../reviewed.ts";
import { warnOfUnmanaged } from "../unmanaged.ts";
import { planVolumeRemoval } from "../users/volume-plan.ts";
import { isSameContent, isSameMade } from "./content.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { URL_PATH, volumeShrinks } from "./errors.ts";
import { update } from "./grow.ts";
import { importVolume } from "./import.ts";
import { inPool, type VolumeName } from "./name.ts";
import { observe, withoutNoise } from "./observe.ts";
import { isInactive } from "./pools.ts";
import { refuseReferences } from "./references.ts";
import { capacityOf } from "./size.ts";
import { headOfFile, isHttp, pathOf } from "./source.ts";
import { refuseTakenVolume } from "./taken.ts";
import { validate } from "./validate.ts";

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
        summary: `The storage pool "${name.pool}" is not running, so the volume ${name.name} was not read`,
        detail: `The state was not changed. Apply starts the pool if this configuration has it; otherwise: virsh pool-start ${name.pool}`,
      });
      return state;
    }
    forget(await placeOf(inPool(name.pool), name.name, client));
    if (observed === null) return null;
    const found = withoutNoise(state, refreshed(table, state, observed, keptIn(context)));
    return { ...found, ...Object.fromEntries(MEASURES.map((one) => [one, state[one] ?? found[one] ?? null])) };
  },

  update,

  delete: remove,
  import: importVolume,
};

const nameOf = (values: Values): VolumeName => ({ pool: asText(values["pool"]), name: asText(values["name"]) });

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
        detail: "The machine that runs apply needs this file.",
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
    if (before !== undefined && after !== undefined && after < before) throw volumeShrinks(asText(prior["name"]), before, after);
    return result;
  }
  await planVolumeRemoval(prior, "replaced", context);
  await refuseContent(config, context);
  if (isMadeHere(prior)) return result;
  warn({
    summary: DATA_LOSS.format(asText(prior["name"])),
    detail: `${client.uri}: the volume, ${before === undefined ? "" : `${sizeText(before)}, `}is deleted and recreated, because libvirt cannot change ${result.replace.map((path) => path.join(".")).join(", ")} of an existing volume.`,
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
      summary: `The original content of volume ${asText(prior["name"])} is unknown, so it is not replaced`,
      detail:
        "It was imported, or created by an older cdkvm, and the configuration now sets its content.\n" +
        "  fix: to recreate it, which deletes its data, plan with -replace",
      path: URL_PATH,
    });
  const { replace = [], ...kept } = result;
  const left = replace.filter((path) => path[0] !== "create");
  return left.length === 0 ? kept : { ...kept, replace: left };
}

const isContent = ({ path }: PlannedChange): boolean => path[0] === "create";
