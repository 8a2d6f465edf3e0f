import type { Fields, IntegerField, ListField, Table } from "../model/table.ts";
import { type AttributePath, isList, isValues, UNKNOWN, type Value, type Values } from "../model/values.ts";
import { compile, tellsDrift, type Compiled, type Node } from "./compile.ts";
import { isKept, isLeftOut, keptAt, type Kept } from "./normalized-by-libvirt.ts";
import { complete, fieldsOf, type Mutable } from "./complete.ts";
import { isEmpty, pairItems, sameNumber, sameValue } from "./equality.ts";
import { inUnit } from "./units.ts";

/**
 * A state after comparison with what exists: keeps its own spelling where that still means the same, else takes the actual value.
 * What the state does not mention stays unmentioned, except computed attributes and list items that are drift.
 * Attributes that are not in the XML are taken from `actual` if it has them, else kept.
 *
 * @param kept what libvirt is known to keep instead of the configured values
 */
export function refresh(of: Table | Fields, prior: Values, actual: Values, kept?: Kept): Values {
  return refreshFields(compile(fieldsOf(of)), prior, actual, kept);
}

/**
 * Whether the existing object reports an attribute at all. If not, {@link refresh} keeps the state's value: the attribute is
 * neither in the XML nor in `actual`, or is a secret that libvirt does not disclose.
 */
export function isTold(of: Table | Fields, path: AttributePath, actual: Values): boolean {
  let fields: Compiled | undefined = compile(fieldsOf(of));
  let there: Value | undefined = actual;
  for (const step of path) {
    if (typeof step === "number") {
      there = undefined; // only its key tells which item this is in `actual`
      continue;
    }
    const node: Node | undefined = fields?.byName.get(step);
    if (node === undefined) return true;
    there = isValues(there) ? there[step] : undefined;
    if (there === undefined && (node.at === undefined || node.field.sensitive === true)) return false;
    fields = node.inner;
  }
  return true;
}

function refreshFields(fields: Compiled, prior: Values, actual: Values, kept?: Kept): Values {
  const result: Mutable = {};
  for (const node of fields.nodes)
    if (node.unitOf === undefined) result[node.name] = refreshNode(node, prior[node.name], prior, actual, result, keptAt(kept, node.name));
  for (const node of fields.nodes) {
    if (node.unitOf === undefined || node.name in result) continue;
    const value = prior[node.name] ?? null;
    result[node.name] = value === UNKNOWN ? (actual[node.name] ?? null) : value;
  }
  if (fields.alternatives.length > 1) otherAlternative(fields, prior, actual, result);
  return result;
}

function refreshNode(node: Node, value: Value | undefined, prior: Values, actual: Values, result: Mutable, kept: Kept | undefined): Value {
  const { field, name, inner } = node;
  const there = actual[name];
  if (value === UNKNOWN) return minimal(node, there);
  if (node.at === undefined && there === undefined) return value ?? null;
  if (value === undefined || value === null) {
    if (isKept(kept, node, actual)) return null;
    if (node.computed) return computedNumber(node, there, prior, actual, result);
    if (field.kind === "group" && inner?.drift === true && isValues(there)) {
      const found = refreshFields(inner, {}, there, kept);
      return isEmpty(found) ? null : found;
    }
    return field.kind === "list" && tellsDrift(field) && isList(there) && there.length > 0 ? refreshList(node, field, [], there) : null;
  }
  if (isKept(kept, node, actual)) return value;
  // libvirt returns secrets only on request.
  if (field.sensitive === true && there === undefined) return value;
  if (field.kind === "group" && inner !== undefined && isValues(value)) {
    if (isValues(there)) return refreshFields(inner, value, there, kept);
    return isEmpty(value) || inner.beside ? refreshFields(inner, value, {}) : null;
  }
  if (field.kind === "list" && isList(value)) return refreshList(node, field, value, isList(there) ? there : [], kept);
  if (node.unit !== undefined && field.kind === "integer") return refreshNumber(node, field, prior, actual, result);
  return sameValue(field, value, there) ? value : (there ?? null);
}

/** A number keeps the unit of the state if it is a whole number in it. */
function refreshNumber(node: Node, field: IntegerField, prior: Values, actual: Values, result: Mutable): Value {
  const { name, unit = "" } = node;
  const there = actual[name];
  if (typeof there !== "number") return null;
  const priorUnit = prior[unit] === UNKNOWN ? undefined : prior[unit];
  if (sameNumber(field, { ...prior, [unit]: priorUnit ?? null }, actual, name)) return prior[name] ?? null;
  const converted = inUnit(there, actual[unit], priorUnit, field.unitDefault ?? "bytes");
  if (converted !== undefined) return converted;
  result[unit] = actual[unit] ?? null;
  return there;
}

function computedNumber(node: Node, there: Value | undefined, prior: Values, actual: Values, result: Mutable): Value {
  if (node.unit === undefined || node.field.kind !== "integer" || typeof there !== "number") return minimal(node, there);
  return refreshNumber(node, node.field, { [node.unit]: prior[node.unit] ?? null }, actual, result);
}

function refreshList(node: Node, field: ListField, prior: readonly Value[], actual: readonly Value[], kept?: Kept): readonly Value[] {
  const { inner } = node;
  if (inner === undefined) return prior;
  const want = prior.filter(isValues);
  const have = actual.filter(isValues);
  const pairs = pairItems(inner, node.keys, want, have);
  const items: Value[] = [];
  want.forEach((item, index) => {
    const match = have[pairs[index] ?? -1];
    if (match !== undefined) items.push(refreshFields(inner, item, match, keptAt(kept, index)));
    else if (isLeftOut(keptAt(kept, index))) items.push(item);
  });
  if (field.extras !== "ignored") {
    const taken = new Set(pairs);
    have.forEach((item, index) => {
      if (!taken.has(index)) items.push(minimal(node, item));
    });
  }
  return items;
}

/** A union that switched to another alternative: the state shows which. */
function otherAlternative(fields: Compiled, prior: Values, actual: Values, result: Mutable): void {
  const lost = fields.alternatives.some(({ name }) => isChosen(prior[name]) && !isChosen(result[name]));
  if (!lost) return;
  for (const node of fields.alternatives)
    if (!isChosen(prior[node.name]) && isChosen(actual[node.name])) result[node.name] = minimal(node, actual[node.name]);
}
const isChosen = (value: Value | undefined): boolean => value !== undefined && value !== null && value !== false;

/** An element that is not in the state yet, as is, without what libvirt assigned. */
function minimal({ field, inner }: Node, value: Value | undefined): Value {
  if (value === undefined || value === null) return null;
  if (field.kind === "list" && inner !== undefined && isList(value))
    return value.map((item) => (isValues(item) ? minimalFields(inner, item) : item));
  return inner !== undefined && isValues(value) ? minimalFields(inner, value) : value;
}

function minimalFields(inner: Compiled, value: Values): Values {
  const kept = Object.entries(value).filter(([name]) => inner.byName.get(name)?.field.assigned !== true);
  return complete(inner.fields, Object.fromEntries(kept));
}
