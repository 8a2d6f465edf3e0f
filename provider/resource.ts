import { planCreate, planUpdate, settle, type PlannedChange } from "../libvirt/codec/plan.ts";
import { readXml } from "../libvirt/codec/read.ts";
import { refresh } from "../libvirt/codec/refresh.ts";
import { parseXml, type XmlElement } from "../libvirt/xml.ts";
import type { Table } from "../model/table.ts";
import type { Values } from "../model/values.ts";
import type { PlanRequest, PlanResult } from "./protocol/resource.ts";

/** What every resource with a table and an XML of libvirt's has in common. */

export interface TablePlan extends PlanResult {
  /** What apply will change; empty for a new object. */
  readonly changes: readonly PlannedChange[];
}

/** The plan as the table alone makes it: values that mean the same are no change, `replace` where the table says so. */
export function planTable(table: Table, { prior, proposed, config }: PlanRequest): TablePlan {
  if (prior === null) return { planned: planCreate(table, config), changes: [] };
  const { planned, changes } = planUpdate(table, prior, proposed);
  const replace = changes.filter(({ change }) => change === "replace").map(({ path }) => path);
  return replace.length === 0 ? { planned, changes } : { planned, changes, replace };
}

/** What a plan that became `planned` changes, for update: it gets the states, not the plan. */
export const changesBetween = (table: Table, prior: Values, planned: Values): readonly PlannedChange[] =>
  planUpdate(table, prior, planned).changes;

/** What libvirt has, as the table's attributes. `beside`: what is not in the XML, such as `autostart`. */
export const actualOf = (table: Table, xml: string | XmlElement, beside: Values = {}): Values => ({
  ...readXml(table, typeof xml === "string" ? parseXml(xml) : xml),
  ...beside,
});

/** The state after a read: the prior spelling wherever libvirt's value means the same, and what the state leaves open left open. */
export const refreshed = (table: Table, state: Values, actual: Values): Values => refresh(table, state, actual);

/** The state after create or update: what was planned, with the unknown filled in. */
export const settled = (table: Table, planned: Values, actual: Values): Values => settle(table, planned, actual);

/** The values without some of them. */
export function without(values: Values, ...names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
