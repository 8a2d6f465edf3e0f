import { changeOf, isSameByDefault } from "../model/change.ts";
import type { ChangeClass, Table } from "../model/table.ts";
import { hasUnknown, isList, isValues, UNKNOWN, type AttributePath, type Value, type Values } from "../model/values.ts";
import { compile, type Compiled, type Node } from "./compile.ts";
import { complete, type Mutable } from "./complete.ts";
import { isEmpty, pairItems, sameNumber, sameValue } from "./equality.ts";
import { inUnit } from "./units.ts";

/** One attribute that apply will change. An item added or removed as a whole is one change. */
export interface PlannedChange {
  /** Names, and indices of list items in the planned value (in the prior one for removed items). */
  readonly path: AttributePath;
  readonly change: ChangeClass;
  readonly before: Value;
  readonly after: Value;
}

export interface UpdatePlan {
  readonly planned: Values;
  readonly changes: readonly PlannedChange[];
}

/** The planned state of a new object: the configured values, and unknown for each computed attribute that is left open. */
export const planCreate = (table: Table, config: Values): Values => createFields(compile(table.fields), config);

function createFields(fields: Compiled, config: Values): Values {
  const result: Mutable = {};
  for (const { name, computed, inner } of fields.nodes) {
    const value = config[name] ?? null;
    if (value === null) result[name] = computed ? UNKNOWN : null;
    else if (inner === undefined) result[name] = value;
    else if (isList(value)) result[name] = value.map((item) => (isValues(item) ? createFields(inner, item) : item));
    else result[name] = isValues(value) ? createFields(inner, value) : value;
  }
  return result;
}

/**
 * The planned state of an existing object, and what changes. A configured value that means the same as the prior one keeps the prior
 * spelling, so that it is no change; computed attributes that the configuration leaves open keep their value.
 */
export function planUpdate(table: Table, prior: Values, proposed: Values): UpdatePlan {
  if (prior === proposed) return { planned: proposed, changes: [] };
  const changes: PlannedChange[] = [];
  const planned = updateFields(compile(table.fields), prior, proposed, true, { path: [], change: table.change, changes });
  return { planned, changes };
}

interface At {
  readonly path: AttributePath;
  readonly change: ChangeClass;
  readonly changes: PlannedChange[];
}

/** `aligned`: Terraform compares with the prior value at this same path, so its spelling may be kept. */
function updateFields(fields: Compiled, prior: Values, proposed: Values, aligned: boolean, at: At): Values {
  const result: Mutable = {};
  for (const node of fields.nodes) {
    if (node.unitOf !== undefined) continue;
    const here: At = { path: [...at.path, node.name], change: changeOf(node.field, at.change, prior, proposed), changes: at.changes };
    result[node.name] = updateNode(node, prior, proposed, aligned, here);
    const unit = node.unit === undefined ? undefined : fields.byName.get(node.unit);
    if (unit !== undefined) result[unit.name] = updateUnit(node, unit, prior, proposed, aligned, here);
  }
  for (const node of fields.nodes) result[node.name] ??= null;
  return result;
}

function updateNode(node: Node, prior: Values, proposed: Values, aligned: boolean, at: At): Value {
  const { field, name, inner } = node;
  const before = prior[name] ?? null;
  const after = proposed[name] ?? null;
  if (after === null) {
    if (node.computed || node.chosen) return before;
    if (inner === undefined || !isStructure(before)) {
      if (!isEmpty(before) && !isSameByDefault(field, before, after)) at.changes.push({ path: at.path, change: at.change, before, after });
    } else within(node, inner, before, isList(before) ? [] : {}, null, at);
    return null;
  }
  if (before === null && inner !== undefined && isStructure(after)) {
    const planned = isValues(after) ? createFields(inner, after) : after.map((item) => (isValues(item) ? createFields(inner, item) : item));
    within(node, inner, isList(after) ? [] : {}, after, planned, at);
    return planned;
  }
  if (before === null || after === UNKNOWN) {
    if (!(before === null && isNothing(node, after))) at.changes.push({ path: at.path, change: at.change, before, after });
    return after;
  }
  if (field.kind === "group" && inner !== undefined && isValues(before) && isValues(after))
    return updateFields(inner, before, after, aligned, at);
  if (field.kind === "list" && inner !== undefined && isList(before) && isList(after))
    return updateList(node, inner, before, after, aligned, at);
  const same =
    node.unit !== undefined && field.kind === "integer" ? sameNumber(field, prior, proposed, name) : sameValue(field, before, after);
  if (!same) at.changes.push({ path: at.path, change: at.change, before, after });
  return same && aligned && keepsSpelling(node, prior, proposed) ? before : after;
}

const isStructure = (value: Value): value is Values | readonly Value[] => isValues(value) || isList(value);

/** An added or removed structure: its attributes and items change one by one, each with its own class. */
function within(
  node: Node,
  inner: Compiled,
  before: Values | readonly Value[],
  after: Values | readonly Value[],
  planned: Value,
  at: At,
): void {
  const count = at.changes.length;
  if (isList(before) && isList(after)) updateList(node, inner, before, after, false, at);
  else if (isValues(before) && isValues(after)) updateFields(inner, before, after, false, at);
  if (at.changes.length > count || isList(before)) return;
  // The mere presence of a group can be significant: `<apic/>`.
  const came = planned !== null;
  if (came || !isEmpty(before)) at.changes.push({ path: at.path, change: at.change, before: came ? null : before, after: planned });
}

/** A value equivalent to its absence: an empty text, an empty list. A false or an empty group may be significant. */
const isNothing = ({ field }: Node, value: Value): boolean =>
  value === "" || (isList(value) && value.length === 0) || (field.kind === "boolean" && value === false && field.presence === true);

/** The unit follows its number: the prior one if the quantity is kept, else the configured one. */
function updateUnit(node: Node, unit: Node, prior: Values, proposed: Values, aligned: boolean, at: At): Value {
  const before = prior[unit.name] ?? null;
  const after = proposed[unit.name] ?? null;
  const same =
    node.field.kind === "integer" && (proposed[node.name] ?? null) !== null && sameNumber(node.field, prior, proposed, node.name);
  if (same) return aligned && keepsSpelling(node, prior, proposed) ? before : after;
  if (before !== after)
    at.changes.push({ path: [...at.path.slice(0, -1), unit.name], change: unit.field.change ?? at.change, before, after });
  return after;
}

/** A number and its unit keep the prior spelling together or not at all; Terraform does not let a prior value replace a missing one. */
const keepsSpelling = ({ unit }: Node, prior: Values, proposed: Values): boolean =>
  unit === undefined || ((prior[unit] ?? null) === null) === ((proposed[unit] ?? null) === null);

function updateList(node: Node, inner: Compiled, before: readonly Value[], after: readonly Value[], aligned: boolean, at: At): Value {
  const want = after.filter(isValues);
  const have = before.filter(isValues);
  if (want.length !== after.length) {
    at.changes.push({ path: at.path, change: at.change, before, after });
    return after;
  }
  const pairs = pairItems(inner, node.keys, want, have);
  const changes: PlannedChange[] = [];
  const planned = want.map((item, index): Values => {
    const here: At = { path: [...at.path, index], change: at.change, changes };
    const match = have[pairs[index] ?? -1];
    if (match !== undefined) return updateFields(inner, match, item, aligned && pairs[index] === index, here);
    const made = createFields(inner, item);
    changes.push({ path: here.path, change: at.change, before: null, after: made });
    return made;
  });
  have.forEach((item, index) => {
    if (!pairs.includes(index)) changes.push({ path: [...at.path, index], change: at.change, before: item, after: null });
  });
  const moved = pairs.some((pair, index) => pair !== -1 && pair !== index);
  const unordered = node.field.kind === "list" && (node.field.unordered === true || node.keys !== undefined);
  if (changes.length === 0 && moved) {
    if (!unordered) changes.push({ path: at.path, change: at.change, before, after });
    else if (aligned && want.length === have.length) return before;
  }
  at.changes.push(...changes);
  return planned;
}

/** The state after apply: the plan, with unknown values taken from what exists; null if that has none. */
export function settle(table: Table, planned: Values, actual: Values): Values {
  return settleFields(compile(table.fields), planned, actual);
}

function settleFields(fields: Compiled, planned: Values, actual: Values): Values {
  const result: Mutable = {};
  for (const node of fields.nodes)
    result[node.name] = hasUnknown(planned[node.name]) ? settleNode(node, planned, actual) : (planned[node.name] ?? null);
  return complete(fields.fields, result);
}

function settleNode(node: Node, planned: Values, actual: Values): Value {
  const { name, inner, unit, field } = node;
  const value = planned[name];
  const there = actual[name];
  if (value === UNKNOWN) {
    if (unit !== undefined && field.kind === "integer" && typeof there === "number" && planned[unit] !== UNKNOWN)
      return inUnit(there, actual[unit], planned[unit], field.unitDefault ?? "bytes") ?? there;
    return settled(node, there);
  }
  if (inner !== undefined && isValues(value)) return settleFields(inner, value, isValues(there) ? there : {});
  if (inner !== undefined && isList(value)) {
    const have = isList(there) ? there.filter(isValues) : [];
    const want = value.map((item) => (isValues(item) ? item : {}));
    const pairs = pairItems(inner, node.keys, want, have);
    return want.map((item, index) => settleFields(inner, item, have[pairs[index] ?? -1] ?? {}));
  }
  return isList(value) ? value.map((item) => (item === UNKNOWN ? null : item)) : (value ?? null);
}

function settled({ inner }: Node, there: Value | undefined): Value {
  if (there === undefined || there === null || inner === undefined) return there ?? null;
  if (isList(there)) return there.map((item) => (isValues(item) ? complete(inner.fields, item) : item));
  return isValues(there) ? complete(inner.fields, there) : there;
}
