import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { serializeXml } from "../../model/xml.ts";
import { pool as table } from "../../model/pool.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { forget, type Place } from "../journal.ts";
import { disappeared } from "../errors.ts";
import type { Host } from "../host.ts";
import { nameAfter, withUuid } from "../named.ts";
import type { Making } from "../named-resource.ts";
import type { Context } from "../protocol/resource.ts";
import { diagnosed } from "../diagnose.ts";
import { recordState } from "../resource.ts";
import { observe } from "./observe.ts";
import { reasons } from "./reasons.ts";
import { named, NOUN, wants } from "./settings.ts";
import { asBuilt, build, canBuild, isBuilt, newPoolUuid } from "./storage.ts";

/** Defines the pool, builds its storage if missing, starts it. On failure, everything is undone. */
export const create = (planned: Values, _config: Values, context: Context<Host>): Promise<Values> =>
  named.create(planned, context, {
    newUuid: newPoolUuid,
    take: async (found, same, { pools }) => {
      if (same) return found;
      if (await pools.isActive(found)) await pools.destroy(found);
      await pools.undefine(found); // removes only the definition
      return undefined;
    },
    make: (making) => make(making, planned, context.client),
    record: async (ref, libvirt) => {
      const observed = await observe(libvirt, ref.uuid);
      if (observed === null) throw disappeared(NOUN, ref.name, "created");
      return recordState(table, planned, observed, context);
    },
  });

/**
 * Tries to start the pool first and builds its storage only if the start fails. This distinguishes storage that existed before from
 * storage that cdkvm built.
 */
async function make({ libvirt, xml, place, uuid, left }: Making<PoolRef>, planned: Values, host: Host): Promise<PoolRef> {
  const { pools } = libvirt;
  const { name } = place;
  const type = asText(planned["type"]);
  const { builds, runs, autostart } = wants(planned);
  const fail = (doing: string, error: unknown): unknown =>
    diagnosed(error, { doing: `${doing} the storage pool ${name}`, fields: table.fields, values: planned, rules: reasons });
  const define = async (as: string): Promise<PoolRef> => {
    try {
      return await pools.define(serializeXml(withUuid(xml, as)));
    } catch (error) {
      const first = left === undefined ? await nameAfter(error, place, () => pools.lookupByName(name), as, host) : undefined;
      throw first ?? fail("define", error);
    }
  };
  let doing = "start";
  let built = false;
  let ref = left ?? (await define(uuid));
  const mayBuild = builds && canBuild(type);
  try {
    if (!(await pools.isActive(ref)) && (runs || mayBuild)) {
      try {
        await start(pools, ref);
        if (type === "dir" && hasPermissions(planned)) {
          doing = "set the permissions of";
          await pools.destroy(ref);
          await define(ref.uuid); // the start has written what it found into the definition
          await build(pools, ref, type);
          doing = "start";
          await pools.create(ref);
        }
      } catch (error) {
        if (!mayBuild || !isMissing(error, type)) throw error;
        if (!isBuilt(ref.uuid)) {
          await pools.undefine(ref);
          ref = await define(asBuilt(uuid));
        }
        doing = "build";
        await build(pools, ref, type);
        built = true;
        doing = "start";
        if (runs) await pools.create(ref);
      }
    }
    if (!runs && (await pools.isActive(ref))) await pools.destroy(ref);
    if (left !== undefined || autostart) await pools.setAutostart(ref, autostart);
    return ref;
  } catch (error) {
    if (left === undefined) await undo(pools, ref, built, place);
    throw fail(doing, error);
  }
}

/** Whether the configuration sets the directory's permissions: building an existing directory only sets its owner and mode. */
function hasPermissions({ target }: Values): boolean {
  const permissions = isValues(target) ? target["permissions"] : null;
  return isValues(permissions) && ["owner", "group", "mode"].some((name) => typeof permissions[name] === "string");
}

/** Whether a failed start may mean that the storage does not exist yet. An unreadable directory is not missing. */
const isMissing = (error: unknown, type: string): boolean =>
  isLibvirtError(error) && (type !== "dir" || /No such file or directory/.test(error.message));

/** If another process has already started the pool, the goal is reached. */
async function start(pools: Libvirt["pools"], ref: PoolRef): Promise<void> {
  try {
    await pools.create(ref);
  } catch (error) {
    if (!isLibvirtError(error, "OPERATION_INVALID") || !(await pools.isActive(ref))) throw error;
  }
}

/** Never throws, to preserve the original error. */
async function undo(pools: Libvirt["pools"], ref: PoolRef, built: boolean, place: Place): Promise<void> {
  const quietly = async (step: () => Promise<void>): Promise<void> => {
    await step().catch(() => {}); // the step was not done, or libvirt is gone: the next apply of this configuration adopts the pool
  };
  await quietly(() => pools.destroy(ref));
  if (built) await quietly(() => pools.delete(ref));
  await quietly(async () => {
    await pools.undefine(ref);
    forget(place);
  });
}
