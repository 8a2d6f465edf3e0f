import type { Fields, Table } from "../../model/table.ts";
import type { Value, Values } from "../../model/values.ts";
import { child, childrenNamed, serializeXml, textOf, type XmlElement } from "../../model/xml.ts";
import { compile, type Compiled, type Node, type Selector } from "../../attributes/compile.ts";
import { fieldsOf, type Mutable } from "../../attributes/complete.ts";

/**
 * An element as the table's attributes. Omits what the XML does not have, see {@link complete}, and invalid numbers.
 */
export function readXml(of: Table | Fields, root: XmlElement): Values {
  return readFields(compile(fieldsOf(of)), root, undefined);
}

export function walk(from: XmlElement | undefined, steps: readonly string[]): XmlElement | undefined {
  let at = from;
  for (const step of steps) at = at === undefined ? undefined : child(at, step);
  return at;
}

/** Whether an alternative of a union is the active one. */
export function isSelected(select: readonly Selector[], own: XmlElement | undefined, parent: XmlElement | undefined): boolean {
  return select.every((selector) => {
    const at = walk(selector.outer ? parent : own, selector.steps);
    return (
      at !== undefined && (selector.attribute === undefined ? textOf(at) : (at.attributes[selector.attribute] ?? "")) === selector.when
    );
  });
}

/** `own` is undefined if only a union of the outer element refers to it. */
export function readFields(fields: Compiled, own: XmlElement | undefined, parent: XmlElement | undefined): Values {
  const result: Mutable = {};
  for (const node of fields.nodes) {
    if (node.at === undefined) continue;
    if (node.select !== undefined && !isSelected(node.select, own, parent)) continue;
    const value = readNode(node, own, parent);
    if (value !== undefined) result[node.name] = value;
  }
  return result;
}

function readNode(node: Node, own: XmlElement | undefined, parent: XmlElement | undefined): Value | undefined {
  const { field, at, inner } = node;
  if (at === undefined) return undefined;
  switch (field.kind) {
    case "group": {
      if (inner === undefined) return undefined;
      if (at.steps.length === 0) {
        const values = readFields(inner, own, parent);
        return node.select !== undefined || Object.keys(values).length > 0 ? values : undefined;
      }
      const outer = at.steps.length === 1 ? own : walk(own, at.steps.slice(0, -1));
      const target = walk(own, at.steps);
      if (target === undefined && !inner.outer) return undefined;
      const values = readFields(inner, target, outer);
      // An alternative that the table lacks is not an empty group; unmapped() reports it.
      const known = target !== undefined && (inner.nodes.length === 0 || inner.alternatives.length < inner.nodes.length);
      return known || Object.keys(values).length > 0 ? values : undefined;
    }
    case "list": {
      if (inner === undefined) return undefined;
      const items = elementsOf(own, at.steps);
      return items.length === 0 ? undefined : items.map((item) => readFields(inner, item, own));
    }
    case "texts": {
      const items = elementsOf(own, at.steps);
      return items.length === 0 ? undefined : items.map(textOf);
    }
    case "boolean":
      if (node.select !== undefined) return true;
      if (field.presence) return walk(own, at.steps) === undefined ? undefined : true;
      return booleanOf(field.spelled, rawText(node, own));
    case "integer":
      return integerOf(rawText(node, own));
    case "text":
      if (field.same === "metadata" && at.attribute === undefined) return markupOf(walk(own, at.steps));
      return rawText(node, own) ?? (node.select === undefined ? undefined : "");
  }
}

/** The elements that a list or texts locator selects. */
export function elementsOf(own: XmlElement | undefined, steps: readonly string[]): XmlElement[] {
  const parent = steps.length === 1 ? own : walk(own, steps.slice(0, -1));
  const last = steps.at(-1);
  return parent === undefined || last === undefined ? [] : childrenNamed(parent, last);
}

/** The text or attribute value that a field's locator selects; an element's own empty text counts as none. */
export function rawText({ at }: Node, own: XmlElement | undefined): string | undefined {
  if (at === undefined) return undefined;
  const target = walk(own, at.steps);
  if (target === undefined) return undefined;
  if (at.attribute !== undefined) return target.attributes[at.attribute];
  const text = textOf(target);
  return at.steps.length === 0 && text === "" ? undefined : text;
}

export function integerOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*([+-]?\d+|0[xX][0-9a-fA-F]+)\s*$/.test(text)) return undefined;
  return Number(text);
}

const booleanOf = (spelled: readonly [string, string] | undefined, text: string | undefined): boolean | undefined =>
  text === undefined || spelled === undefined ? undefined : text === spelled[0] ? true : text === spelled[1] ? false : undefined;

/** The XML inside an element. Namespaces declared on the element itself are copied to each child that uses them. */
function markupOf(target: XmlElement | undefined): string | undefined {
  if (target === undefined) return undefined;
  const declared = Object.entries(target.attributes).filter(([name]) => name.startsWith("xmlns:"));
  return target.children
    .map((one) => {
      const markup = serializeXml(one);
      if (typeof one === "string") return markup;
      const needed = declared.filter(([name]) => markup.includes(`${name.slice(6)}:`) && !(name in one.attributes));
      return needed.length === 0 ? markup : serializeXml({ ...one, attributes: { ...Object.fromEntries(needed), ...one.attributes } });
    })
    .join("")
    .trim();
}
