import { planCreate, planUpdate, settle, type PlannedChange } from "../attributes/plan.ts";
import { keptInstead, replacedValues, type Kept } from "../attributes/normalized-by-libvirt.ts";
import { readXml } from "../libvirt/codec/read.ts";
import { isTold, refresh } from "../attributes/refresh.ts";
import { isEmpty } from "../attributes/equality.ts";
import { parseXml, type XmlElement } from "../model/xml.ts";
import { fieldAt } from "../model/field-at.ts";
import type { Table } from "../model/table.ts";
import { asText, isValues, overlaps, type Value, type Values } from "../model/values.ts";
import type { Context, PlanRequest, PlanResult } from "./protocol/resource.ts";

/** What all resources with a table and a libvirt XML have in common. */

export interface TablePlan extends PlanResult {
  /** What apply will change; empty for a new object. */
  readonly changes: readonly PlannedChange[];
}

/** The plan from the table alone: values that mean the same are no change, `replace` where the table requires it. */
export function planTable(table: Table, { prior, proposed, config }: PlanRequest): TablePlan {
  if (prior === null) return { planned: planCreate(table, config), changes: [] };
  const { planned, changes } = planUpdate(table, prior, proposed);
  const replace = changes.filter(({ change }) => change === "replace").map(({ path }) => path);
  return replace.length === 0 ? { planned, changes } : { planned, changes, replace };
}

/**
 * The same, without restarts and replacements for what already exists: a configuration that spells out libvirt's own values changes
 * only the state. Determining that takes a lookup, which is done only where it matters.
 */
export async function planReal(table: Table, request: PlanRequest, look: () => Promise<Values | null>): Promise<TablePlan> {
  const result = planTable(table, request);
  if (request.prior === null || !result.changes.some(isHard)) return result;
  const actual = await look();
  if (actual === null) return result;
  const changes = realChanges(table, result.planned, actual, result.changes);
  const replace = changes.filter(({ change }) => change === "replace").map(({ path }) => path);
  return { planned: result.planned, changes, ...(replace.length === 0 ? {} : { replace }) };
}

const isHard = ({ change }: PlannedChange): boolean => change === "restart" || change === "replace";

/**
 * The changes that the existing object does not have yet. Removed attributes count, and so do those that libvirt cannot report:
 * nobody can tell whether they are in effect.
 */
export function realChanges(table: Table, planned: Values, actual: Values, changes: readonly PlannedChange[]): readonly PlannedChange[] {
  const real = changesBetween(table, refreshed(table, planned, actual), planned);
  return changes.filter(
    ({ path, after }) => isEmpty(after) || !isTold(table, path, actual) || real.some((one) => overlaps(one.path, path)),
  );
}

/** The changes of a plan that resulted in `planned`, for update: it gets the states, not the plan. */
export const changesBetween = (table: Table, prior: Values, planned: Values): readonly PlannedChange[] =>
  planUpdate(table, prior, planned).changes;

/** What libvirt has, as the table's attributes. `outsideXml`: such as `autostart`. */
export const actualOf = (table: Table, xml: string | XmlElement, outsideXml: Values = {}): Values => ({
  ...readXml(table, typeof xml === "string" ? parseXml(xml) : xml),
  ...outsideXml,
});

/** The state after a read: keeps the prior spelling where libvirt's value means the same, and leaves open what the state leaves open. */
export const refreshed = (table: Table, state: Values, actual: Values, kept?: Kept): Values => refresh(table, state, actual, kept);

/** Whether the private data belongs to an imported object whose state no apply has written since. */
export const isImported = (privateData: Value): boolean => isValues(privateData) && privateData["imported"] === true;

/** Values that libvirt is known to keep instead of those in the state, as noted by an earlier apply. */
export function keptIn(context: Pick<Context<unknown>, "private">): Kept | undefined {
  const kept = isValues(context.private) ? context.private["kept"] : undefined;
  return isValues(kept) ? kept : undefined;
}

/** The state after create or update: the planned values, with unknowns filled in. */
export const settled = (table: Table, planned: Values, actual: Values): Values => settle(table, planned, actual);

/**
 * The state after create or update; notes what libvirt keeps instead of the configured values. If that is a different value, not merely an omitted
 * default, a warning says so once.
 *
 * @param definition the persistent definition, where `actual` also includes the running one
 * @param others what else to note
 */
export function recordState(
  table: Table,
  planned: Values,
  actual: Values,
  context: Pick<Context<unknown>, "private" | "setPrivate" | "warn">,
  definition: Values = actual,
  others: Values = {},
): Values {
  const state = settled(table, planned, actual);
  const { setPrivate, warn } = context;
  const kept = keptInstead(table, state, definition, isImported(context.private) ? "all" : keptIn(context));
  setPrivate(kept !== null ? { ...others, kept } : Object.keys(others).length > 0 ? others : null);
  const replaced = kept === null ? [] : replacedValues(state, kept);
  if (replaced.length > 0)
    warn({
      summary: `${asText(state["name"])}: libvirt stores other values for ${replaced.map(({ path }) => path.join(".")).join(", ")}`,
      detail: replaced
        .map(({ path, told, has }) =>
          fieldAt(table.fields, path)?.holds !== undefined // it may be a secret
            ? `${path.join(".")}: libvirt stores a different value than was configured.`
            : `${path.join(".")}: configured as ${told}, stored as ${has}.`,
        )
        .join("\n"),
      ...(replaced[0] === undefined ? {} : { path: replaced[0].path }),
    });
  return state;
}

/** The values without the given names. */
export function without(values: Values, ...names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
