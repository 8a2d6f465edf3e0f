import { type Value, type Values, valueAt } from "../../model/values.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { pool as table } from "../../model/pool.ts";
import { namedResource } from "../named-resource.ts";

export const NOUN = "storage pool";

export const named = namedResource<PoolRef>({
  noun: NOUN,
  list: "virsh pool-list --all",
  table,
  none: "NO_STORAGE_POOL",
  of: ({ pools }) => pools,
});

/** What a configuration requests beyond the definition; each defaults to true. */
export const wants = (values: Values): { readonly builds: boolean; readonly runs: boolean; readonly autostart: boolean } => ({
  builds: valueAt(values, "create", "build") !== false,
  runs: typeof values["active"] === "boolean" ? values["active"] : valueAt(values, "create", "start") !== false,
  autostart: valueAt(values, "create", "autostart") !== false,
});

/** Whether the configuration keeps the pool running; `undefined` if it leaves that to others. */
export function runsAlways(config: Values): Value | undefined {
  const { active } = config;
  if (active !== null && active !== undefined) return active;
  return valueAt(config, "create", "start") === false ? undefined : true;
}

/** `destroy.delete`: `undefined` if not set. */
export function deletesStorage(values: Values): boolean | undefined {
  const wanted = valueAt(values, "destroy", "delete");
  return typeof wanted === "boolean" ? wanted : undefined;
}
