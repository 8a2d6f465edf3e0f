import { writeXml } from "../../libvirt/codec/write.ts";
import type { PlannedChange } from "../../attributes/plan.ts";
import type { Pools } from "../../libvirt/pools.ts";
import { PoolXml } from "../../libvirt/flags.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { parseXml, serializeXml } from "../../model/xml.ts";
import { pool as table } from "../../model/pool.ts";
import { asText, type Values } from "../../model/values.ts";
import { disappeared } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { diagnosed } from "../diagnose.ts";
import { changesBetween, realChanges, recordState } from "../resource.ts";
import { observe } from "./observe.ts";
import { reasons } from "./reasons.ts";
import { named, NOUN, wants } from "./settings.ts";
import { build } from "./storage.ts";

/** The changes that require a pool restart. */
export const restartsOf = (changes: readonly PlannedChange[]): readonly PlannedChange[] =>
  changes.filter(({ change }) => change === "restart");

/**
 * Redefines the pool under its UUID, and restarts it if the change requires it; guests keep their open disks meanwhile. On failure,
 * restores the old definition.
 */
export function update(prior: Values, planned: Values, _config: Values, context: Context<Host>): Promise<Values> {
  const host = context.client;
  const name = asText(prior["name"]);
  const uuid = asText(prior["uuid"]);
  return named.alone(name, host, async () => {
    const libvirt = await host.libvirt();
    const { pools } = libvirt;
    const ref = { name, uuid };
    const actual = await observe(libvirt, uuid);
    const changes = realChanges(table, planned, actual ?? {}, changesBetween(table, prior, planned));
    try {
      if (restartsOf(changes).length > 0) await redefine(pools, ref, prior, planned, changes);
      const { runs, autostart } = wants(planned);
      if (changes.some(({ path }) => path[0] === "create" && path[1] === "autostart")) await pools.setAutostart(ref, autostart);
      const active = await pools.isActive(ref);
      if (planned["active"] === true && !active && runs) await pools.create(ref);
      else if (planned["active"] === false && active) await pools.destroy(ref);
    } catch (error) {
      throw diagnosed(error, { doing: `change the storage pool ${name}`, fields: table.fields, values: planned, rules: reasons });
    }
    const observed = await observe(libvirt, uuid);
    if (observed === null) throw disappeared(NOUN, name, "changed");
    return recordState(table, planned, observed, context);
  });
}

async function redefine(pools: Pools, ref: PoolRef, prior: Values, planned: Values, changes: readonly PlannedChange[]): Promise<void> {
  const before = await pools.xml(ref, PoolXml.INACTIVE);
  const active = await pools.isActive(ref);
  const after = serializeXml(writeXml(table, planned, { over: parseXml(before), prior }));
  // Building an existing directory only sets its owner and mode.
  const rebuilds = planned["type"] === "dir" && changes.some(({ path }) => path[0] === "target" && path[1] === "permissions");
  await pools.define(after);
  if (!rebuilds && (await pools.xml(ref, PoolXml.INACTIVE)) === before) return; // no change for libvirt
  try {
    if (active) await pools.destroy(ref);
    if (rebuilds) await build(pools, ref, "dir");
    if (active) await pools.create(ref);
  } catch (error) {
    await pools.define(before);
    if (active && !(await pools.isActive(ref))) await pools.create(ref);
    throw error;
  }
}
