import { complete } from "../../attributes/complete.ts";
import { changeNames } from "../../attributes/names.ts";
import { RESTART } from "../../model/plan-warnings.ts";
import { pool as table } from "../../model/pool.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { claimName, releaseName } from "../name-claims.ts";
import type { Host } from "../host.ts";
import { forget } from "../journal.ts";
import { placeOf } from "../named.ts";
import type { Resource } from "../protocol/resource.ts";
import { keptIn, planReal, refreshed, without } from "../resource.ts";
import { warnOfUnmanaged } from "../unmanaged.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { refuseMove, refuseUsedPool } from "./moves.ts";
import { observe } from "./observe.ts";
import { named, NOUN, runsAlways } from "./settings.ts";
import { buildsByDefault } from "./storage.ts";
import { restartsOf, update } from "./update.ts";

/** These change with every write: a state keeps the values from when the pool was created or imported. */
const MEASURES = ["capacity", "allocation", "available"] as const;

/** `libvirt_pool`: https://libvirt.org/formatstorage.html */
export const pool: Resource<Host> = {
  table,
  idOf: ({ uuid }) => uuid,

  async planDestroy(prior, context) {
    const { name, uuid } = prior;
    releaseName(NOUN, name, uuid, context);
    await refuseUsedPool(prior, "destroy", context);
  },

  async plan(request, context) {
    const { client, warn } = context;
    const { prior, config } = request;
    claimName(NOUN, config["name"], prior?.["uuid"], context);
    client.ledger.announce("storage pool", config["name"]);
    const directory = isValues(config["target"]) ? config["target"]["path"] : null;
    if (typeof directory === "string" && prior?.["active"] !== true) client.ledger.willMake(directory.replace(/\/*$/, "/"));
    const look = async (): Promise<Values | null> => observe(await client.libvirt(), asText(prior?.["uuid"]));
    const { changes, ...result } = await planReal(table, request, look);
    const always = runsAlways(config);
    const planned: Values = { ...result.planned, active: always ?? prior?.["active"] ?? config["active"] ?? false };
    if (prior === null) {
      await named.refuseTaken(config["name"], context);
      return { ...result, planned };
    }
    if (result.replace !== undefined) {
      await refuseMove(prior, result.replace, context);
      await refuseUsedPool(prior, "replace", context);
    }
    const restarts = restartsOf(changes);
    const [first] = restarts;
    if (first !== undefined && result.replace === undefined && prior["active"] === true) {
      warn({
        summary: RESTART.format(`pool ${asText(prior["name"])}`, changeNames(table, restarts, prior, planned).join(", ")),
        detail: "The pool is stopped and started. Its storage is kept, and running guests keep their disks.",
        path: first.path,
      });
    }
    return { ...result, planned };
  },

  create,

  async read(state, context) {
    const { client } = context;
    const [name, uuid] = [asText(state["name"]), asText(state["uuid"])];
    forget(await placeOf(NOUN, name, client));
    const observed = await observe(await client.libvirt(), uuid, (definition) =>
      warnOfUnmanaged({ table, noun: NOUN, name, uuid, edit: `virsh pool-edit ${name}` }, definition, context),
    );
    if (observed === null) return null;
    const found: Values = refreshed(table, state, observed, keptIn(context));
    return { ...found, ...Object.fromEntries(MEASURES.map((name) => [name, state[name] ?? found[name] ?? null])) };
  },

  update,
  delete: remove,

  import: (id, context) =>
    named.import(id, context, async (libvirt, uuid) => {
      const observed = await observe(libvirt, uuid);
      return observed && complete(table, plain(observed));
    }),
};

/** The configuration a user would write: `create` as the constructs write it, and no permissions, which libvirt detects. */
function plain(observed: Values): Values {
  const { create: actual, active, target, source } = observed;
  const rest = without(observed, "target", "source", "capacity_unit", "allocation_unit", "available_unit");
  const path = isValues(target) ? (target["path"] ?? null) : null;
  return {
    ...rest,
    ...(path === null ? {} : { target: { path } }),
    ...(isValues(source) && Object.keys(source).length > 0 ? { source } : {}),
    active: active ?? null,
    create: {
      build: buildsByDefault(asText(observed["type"])),
      start: active ?? true,
      autostart: isValues(actual) ? (actual["autostart"] ?? null) : null,
    },
  };
}
