import type { IntegerField, Table } from "../../model/table.ts";
import { asText, isList, isValues, UNKNOWN, type Value, type Values } from "../../model/values.ts";
import { child, clone, element, parseXmlFragment, textOf, type XmlElement } from "../../model/xml.ts";
import { compile, type Compiled, type Locator, type Node } from "../../attributes/compile.ts";
import { declareNamespaces, insert, leaf, reach, replaceAll } from "./place.ts";
import { elementsOf, integerOf, rawText, readFields, walk } from "./read.ts";
import { pairItems, sameNumber, sameValue } from "../../attributes/equality.ts";
import { sameText } from "../../attributes/normalize.ts";

export interface Overlay {
  /** The existing XML, left unmodified. What the values do not mention stays as libvirt has it. */
  readonly over: XmlElement;
  /** The previous values: what is in here and no longer in the values is removed. */
  readonly prior?: Values;
  /** Removes what would contradict the values from a copy of the existing XML, for libvirt to fill in again. */
  readonly adjust?: (root: XmlElement, values: Values, prior: Values) => void;
}

/**
 * The XML of a configuration, standalone or merged into the existing XML. Does not write unknown values and those that only libvirt
 * decides.
 */
export function writeXml(table: Table, values: Values, overlay?: Overlay): XmlElement {
  const root = overlay === undefined ? element(table.element) : clone(overlay.over);
  const prior = overlay?.prior ?? {};
  overlay?.adjust?.(root, values, prior);
  put(compile(table.fields), values, prior, root, undefined);
  declareNamespaces(root);
  return root;
}

const isSet = (value: Value | undefined): value is NonNullable<Value> => value !== undefined && value !== null && value !== UNKNOWN;
const isChosen = (value: Value | undefined): boolean => isSet(value) && value !== false;
const valuesAt = (values: Values, name: string): Values => {
  const value = values[name];
  return isValues(value) ? value : {};
};

/** Merges values into an element: removals first, then additions. */
function put(fields: Compiled, values: Values, prior: Values, own: XmlElement, parent: XmlElement | undefined): void {
  for (const node of fields.nodes) {
    if (node.at !== undefined && !node.readOnly && !isChosen(values[node.name]) && values[node.name] !== UNKNOWN)
      remove(node, values, prior, own);
  }
  for (const node of fields.alternatives) {
    if (!isChosen(values[node.name])) continue;
    for (const selector of node.select ?? []) {
      const target = selector.outer ? parent : own;
      if (target === undefined || selector.attribute === undefined) continue;
      if (selector.when !== "") reach(target, selector.steps, fields).attributes[selector.attribute] = selector.when;
      else delete walk(target, selector.steps)?.attributes[selector.attribute];
    }
  }
  for (const node of fields.nodes) {
    const value = values[node.name];
    if (node.at !== undefined && !node.readOnly && isSet(value)) set(fields, node, value, values, prior, own, parent);
  }
}

/** Merges values into an element that may change its kind; if so, nothing of the old kind stays. */
function putFresh(fields: Compiled, values: Values, prior: Values, own: XmlElement, parent: XmlElement | undefined): void {
  if (isAnotherKind(fields, values, own, parent)) {
    own.attributes = Object.create(null) as Record<string, string>;
    own.children = [];
  }
  put(fields, values, prior, own, parent);
}

/** A list item: a device. It loses its address if it moves to another bus. */
function putItem(fields: Compiled, values: Values, prior: Values, own: XmlElement, parent: XmlElement | undefined): void {
  const place = (): string => `${child(own, "target")?.attributes["bus"] ?? ""} ${child(own, "model")?.attributes["type"] ?? ""}`;
  const before = place();
  putFresh(fields, values, prior, own, parent);
  if (before !== " " && place() !== before && !isSet(values["address"]))
    own.children = own.children.filter((one) => typeof one === "string" || one.name !== "address");
}

function isAnotherKind(fields: Compiled, values: Values, own: XmlElement, parent: XmlElement | undefined): boolean {
  for (const { name, field, at } of fields.kind) {
    const value = values[name];
    const there = at?.attribute === undefined ? undefined : own.attributes[at.attribute];
    if (typeof value === "string" && there !== undefined && field.kind === "text" && !sameText(field.same, value, there)) return true;
  }
  const chosen = fields.alternatives.find(({ name }) => isChosen(values[name]));
  return (chosen?.select ?? []).some((selector) => {
    const there =
      selector.attribute === undefined ? undefined : walk(selector.outer ? parent : own, selector.steps)?.attributes[selector.attribute];
    return there !== undefined && there !== selector.when;
  });
}

/** Removes what the prior values had. */
function remove(node: Node, values: Values, prior: Values, own: XmlElement): void {
  const { at, field, inner } = node;
  if (at === undefined || !isSet(prior[node.name])) return;
  if (node.unitOf !== undefined && isSet(values[node.unitOf])) return;
  if (at.attribute !== undefined) {
    const target = walk(own, at.steps);
    if (target !== undefined) delete target.attributes[at.attribute];
  } else if (at.steps.length === 0) {
    if (field.kind === "boolean") return;
    if (inner !== undefined && field.kind === "group") for (const below of inner.nodes) remove(below, {}, valuesAt(prior, node.name), own);
    else own.children = own.children.filter((one) => typeof one !== "string");
  } else if (field.kind === "list" && inner !== undefined && field.extras === "ignored") {
    const there = elementsOf(own, at.steps);
    const gone = pairItems(
      inner,
      node.keys,
      itemsOf(prior[node.name]),
      there.map((one) => readFields(inner, one, own)),
    );
    replaceAll(
      own,
      at.steps,
      there.filter((_, index) => !gone.includes(index)),
      undefined,
    );
  } else replaceAll(own, at.steps, [], undefined);
}

function set(
  fields: Compiled,
  node: Node,
  value: NonNullable<Value>,
  values: Values,
  prior: Values,
  own: XmlElement,
  parent: XmlElement | undefined,
): void {
  const { at, field, inner } = node;
  if (at === undefined) return;
  switch (field.kind) {
    case "text":
      if (node.unitOf !== undefined) return; // removed with its number
      if (field.same === "metadata" && at.attribute === undefined) return setMarkup(reach(own, at.steps, fields), node, own, asText(value));
      return setText(fields, node, asText(value), own);
    case "integer":
      return setInteger(fields, node, field, values, own);
    case "boolean":
      if (node.select !== undefined) return;
      if (field.presence) {
        if (value === true) reach(own, at.steps, fields);
        else replaceAll(own, at.steps, [], undefined);
      } else if (field.spelled !== undefined) setText(fields, node, field.spelled[value === true ? 0 : 1], own);
      return;
    case "texts": {
      const there = elementsOf(own, at.steps);
      if (!isList(value) || sameValue(field, value, there.map(textOf))) return;
      replaceAll(
        own,
        at.steps,
        value.filter(isSet).map((text) => leaf(at.steps.at(-1) ?? "", asText(text))),
        fields,
      );
      return;
    }
    case "group": {
      if (inner === undefined || !isValues(value)) return;
      const before = valuesAt(prior, node.name);
      if (at.steps.length === 0) return (node.select === undefined ? put : putFresh)(inner, value, before, own, parent);
      const outer = at.steps.length === 1 ? own : reach(own, at.steps.slice(0, -1), fields);
      const last = at.steps.at(-1) ?? "";
      const existing = child(outer, last);
      const target = existing ?? element(last);
      putFresh(inner, value, before, target, outer);
      if (existing === undefined && (!inner.outer || target.children.length > 0 || Object.keys(target.attributes).length > 0))
        insert(outer, target, fields);
      return;
    }
    case "list":
      if (inner !== undefined && isList(value)) setList(fields, node, inner, at, itemsOf(value), itemsOf(prior[node.name]), own);
  }
}

function setList(
  fields: Compiled,
  node: Node,
  inner: Compiled,
  at: Locator,
  items: readonly Values[],
  prior: readonly Values[],
  own: XmlElement,
): void {
  const { field, keys } = node;
  const there = elementsOf(own, at.steps);
  const known = there.length === 0 ? [] : there.map((one) => readFields(inner, one, own));
  const matches = pairItems(inner, keys, items, known);
  const befores = there.length === 0 ? [] : pairItems(inner, keys, items, prior);
  const result = items.map((item, index) => {
    const target = there[matches[index] ?? -1] ?? element(at.steps.at(-1) ?? "");
    putItem(inner, item, prior[befores[index] ?? -1] ?? {}, target, own);
    return target;
  });
  if (keys !== undefined) {
    // Items with a key keep their position; new ones follow.
    const place = new Map(there.map((one, index) => [one, index]));
    result.sort((one, two) => (place.get(one) ?? there.length) - (place.get(two) ?? there.length));
  }
  if (field.kind === "list" && field.extras === "ignored") {
    const taken = new Set(matches);
    const rest = [...there.keys()].filter((index) => !taken.has(index));
    const dropped = prior.filter((_, index) => !befores.includes(index));
    const gone = pairItems(
      inner,
      keys,
      dropped,
      rest.map((index) => known[index] ?? {}),
    );
    result.push(...rest.filter((_, index) => !gone.includes(index)).flatMap((index) => there[index] ?? []));
  }
  replaceAll(own, at.steps, result, fields);
}

const itemsOf = (value: Value | undefined): Values[] => (isList(value) ? value.filter(isValues) : []);

function setText(fields: Compiled, node: Node, text: string, own: XmlElement): void {
  const { at, field } = node;
  if (at === undefined) return;
  const there = rawText(node, own);
  if (there !== undefined && (there === text || (field.kind === "text" && sameText(field.same, text, there)))) return;
  const target = reach(own, at.steps, fields);
  if (at.attribute !== undefined) target.attributes[at.attribute] = text;
  else target.children = [...(text === "" ? [] : [text]), ...target.children.filter((one) => typeof one !== "string")];
}

function setMarkup(target: XmlElement, node: Node, own: XmlElement, markup: string): void {
  if (node.at === undefined || sameValue(node.field, markup, readFields({ ...EMPTY, nodes: [node] }, own, undefined)[node.name])) return;
  target.children = parseXmlFragment(markup);
}
const EMPTY = compile({});

function setInteger(fields: Compiled, node: Node, field: IntegerField, values: Values, own: XmlElement): void {
  const value = values[node.name];
  if (typeof value !== "number") return;
  const unitNode = node.unit === undefined ? undefined : fields.byName.get(node.unit);
  const there = integerOf(rawText(node, own));
  if (unitNode?.at === undefined) {
    if (there !== value) setText(fields, node, spell(field, value), own);
    return;
  }
  const unit = values[unitNode.name];
  const unitThere = rawText(unitNode, own);
  if (there !== undefined && sameNumber(field, values, { [node.name]: there, [unitNode.name]: unitThere ?? null }, node.name)) return;
  setText(fields, node, spell(field, value), own);
  const holder = walk(own, unitNode.at.steps);
  if (typeof unit === "string") setText(fields, unitNode, unit, own);
  else if (holder !== undefined && unitNode.at.attribute !== undefined) delete holder.attributes[unitNode.at.attribute];
}

/** A PCI address is `0x0000:0x00:0x1f.0x2` in libvirt's format. */
const spell = ({ hexDigits }: IntegerField, value: number): string =>
  hexDigits === undefined || value < 0 ? String(value) : `0x${value.toString(16).padStart(hexDigits, "0")}`;
