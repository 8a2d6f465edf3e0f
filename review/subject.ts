import type { ActionKind, ResourceChange } from "../engine/plan.ts";
import { isRegistryProvider } from "../model/registry-provider.ts";
import type { Table } from "../model/table.ts";
import { UNKNOWN } from "../model/values.ts";
import type { Difference } from "./difference.ts";
import { isTree, type Shown } from "./tree.ts";

/** One resource of the plan, with its secrets removed. */
export interface Subject {
  readonly resource: ResourceChange;
  readonly table: Table | undefined;
  readonly action: ActionKind;
  readonly name: string;
  readonly before: Shown;
  readonly after: Shown;
  readonly difference: Difference;
  /** What its content comes from in the configuration: `libvirt_cloudinit_disk.seed.path`. */
  readonly references: readonly string[];
}

/** Whether a guest runs; `undefined` if neither the configuration nor the state says. */
export function runs(side: Shown): boolean | undefined {
  if (!isTree(side)) return undefined;
  if (typeof side["running"] === "boolean") return side["running"];
  return typeof side["id"] === "number" ? side["id"] >= 0 : undefined;
}

/** Whether a running guest continues unchanged and only its definition changes: it keeps its id, which each start would renew. */
export function hasIt({ resource, before, after }: Subject): boolean {
  if (isRegistryProvider(resource.provider_name)) return false; // it renews the guest, and plans no id
  const number = isTree(before) ? before["id"] : null;
  return typeof number === "number" && number >= 0 && isTree(after) && after["id"] === number;
}

/** Whether a running guest gets a new id, as at each start: the provider plans to restart it. */
export const isRenumbered = ({ before, after }: Subject): boolean => runs(before) === true && isTree(after) && after["id"] === UNKNOWN;
