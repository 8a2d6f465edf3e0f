import { isDeepStrictEqual } from "node:util";
import type { Fields, Table } from "../model/table.ts";
import { isList, isValues, type Value, type Values } from "../model/values.ts";
import { compile, type Compiled, type Node } from "./compile.ts";
import { complete, fieldsOf, type Mutable } from "./complete.ts";
import { isEmpty, pairItems } from "./equality.ts";

/*
 * An imported object has no state that a configuration produced: import can only guess how a user would have written it. Until an
 * apply writes its state, the configuration is compared with what exists.
 */

/** The configuration, with the values that only a state knows (not in the XML) taken from the imported state. */
export function withUntold(of: Table | Fields, prior: Values, wanted: Values): Values {
  return untoldFields(compile(fieldsOf(of)), prior, wanted);
}

function untoldFields(fields: Compiled, prior: Values, wanted: Values): Values {
  const result: Mutable = {};
  for (const node of fields.nodes) {
    const { name, inner } = node;
    const value = wanted[name] ?? null;
    const before = prior[name] ?? null;
    if (node.at === undefined) result[name] = before;
    else if (inner !== undefined && isValues(value)) result[name] = untoldFields(inner, isValues(before) ? before : {}, value);
    else if (inner !== undefined && isList(value))
      result[name] = matched(node, inner, value, before).map(([item, had]) => (isValues(item) ? untoldFields(inner, had ?? {}, item) : item)); // prettier-ignore
    else result[name] = value;
  }
  return result;
}

/** What was found, without what the configuration leaves open: nobody removed that. Items that a list does not name stay in it. */
export function withoutOpen(of: Table | Fields, wanted: Values, found: Values): Values {
  return closedFields(compile(fieldsOf(of)), wanted, found);
}

function closedFields(fields: Compiled, wanted: Values, found: Values): Values {
  const result: Mutable = {};
  for (const node of fields.nodes) {
    const { name, inner } = node;
    const value = wanted[name] ?? null;
    const there = found[name] ?? null;
    // a unit goes with its number
    const number = node.unitOf === undefined ? undefined : fields.byName.get(node.unitOf);
    const counts = value !== null || node.computed || (number !== undefined && (number.computed || (wanted[number.name] ?? null) !== null));
    if (!counts) result[name] = null;
    else if (inner !== undefined && isValues(value) && isValues(there)) result[name] = closedFields(inner, value, there);
    else if (inner !== undefined && isList(value) && isList(there))
      result[name] = matched(node, inner, there, value).map(([item, said]) => (isValues(item) && said !== undefined ? closedFields(inner, said, item) : item)); // prettier-ignore
    else result[name] = there;
  }
  return complete(fields.fields, result);
}

/**
 * The plan as the engine should show it: unchanged values keep the spelling of the imported state, so that only changes of what exists
 * are changes of the state.
 *
 * @param found what exists, in the spelling of the configuration
 */
export function shownAs(of: Table | Fields, prior: Values, found: Values, planned: Values): Values {
  return shownFields(compile(fieldsOf(of)), prior, found, planned);
}

function shownFields(fields: Compiled, prior: Values, found: Values, planned: Values): Values {
  const result: Mutable = {};
  for (const node of fields.nodes) {
    if (node.unitOf !== undefined) continue;
    const names = node.unit === undefined ? [node.name] : [node.name, node.unit];
    const same = names.every((name) => isDeepStrictEqual(found[name] ?? null, planned[name] ?? null));
    for (const name of names) result[name] = (same ? prior : planned)[name] ?? null;
    if (!same) result[node.name] = shownNode(node, prior[node.name], found[node.name], planned[node.name] ?? null);
  }
  return complete(fields.fields, result);
}

function shownNode(node: Node, prior: Value | undefined, found: Value | undefined, planned: Value): Value {
  const { inner } = node;
  if (inner === undefined || prior === undefined || prior === null) return planned;
  if (isValues(planned) && isValues(prior)) return shownFields(inner, prior, isValues(found) ? found : {}, planned);
  if (!isList(planned) || !isList(prior)) return planned;
  const there = matched(node, inner, planned, found ?? null);
  const items = matched(node, inner, planned, prior).map(([item, had], index) =>
    isValues(item) && had !== undefined ? shownFields(inner, had, there[index]?.[1] ?? {}, item) : item,
  );
  return items;
}

/** Where the imported state has a value that the configuration leaves open; a structure counts as one. */
export function unsaid(of: Table | Fields, prior: Values, found: Values): (readonly string[])[] {
  return compile(fieldsOf(of)).nodes.flatMap((node): (readonly string[])[] => {
    const had = prior[node.name] ?? null;
    const there = found[node.name] ?? null;
    if (isEmpty(had) || node.unitOf !== undefined || node.computed || node.at === undefined) return [];
    if (there === null) return [[node.name]];
    if (node.inner === undefined || !isValues(had) || !isValues(there)) return [];
    return unsaid(node.inner.fields, had, there).map((path) => [node.name, ...path]);
  });
}

/** Items with their counterparts in another list. */
function matched(node: Node, inner: Compiled, items: readonly Value[], others: Value): readonly (readonly [Value, Values | undefined])[] {
  const have = isList(others) ? others.filter(isValues) : [];
  const want = items.filter(isValues);
  if (want.length !== items.length) return items.map((item) => [item, undefined]);
  const pairs = pairItems(inner, node.keys, want, have);
  return want.map((item, index) => [item, have[pairs[index] ?? -1]]);
}
