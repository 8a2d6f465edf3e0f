import type { Fields, Table } from "../../model/table.ts";
import { textOf, type XmlElement } from "../../model/xml.ts";
import { compile, type Compiled } from "../../attributes/compile.ts";
import { fieldsOf } from "../../attributes/complete.ts";
import { integerOf, isSelected } from "./read.ts";

interface Entry {
  repeated: boolean;
  readonly scope: Scope;
}

/** What the fields cover of one element. */
interface Scope {
  readonly attributes: Set<string>;
  readonly children: Map<string, Entry>;
  text: boolean;
  all: boolean;
}

const scope = (): Scope => ({ attributes: new Set(), children: new Map(), text: false, all: false });

/** What is known about a child element; creates an empty entry if it is new. */
function enter(into: Scope, step: string): Entry {
  let entry = into.children.get(step);
  if (entry === undefined) {
    entry = { repeated: false, scope: scope() };
    into.children.set(step, entry);
  }
  return entry;
}

/**
 * What the XML has and the table cannot express, by name: `devices/iommu[2]`, `cpu/@migratable`, `os/text()`. Unions count
 * with their active alternative. Namespace declarations do not count.
 */
export function unmapped(of: Table | Fields, root: XmlElement): string[] {
  const found: string[] = [];
  const known = scope();
  collect(known, compile(fieldsOf(of)), root, undefined);
  report(known, root, "", found);
  return found;
}

function collect(into: Scope, fields: Compiled, own: XmlElement | undefined, parent: XmlElement | undefined): void {
  for (const node of fields.nodes) {
    const { at, field, inner } = node;
    if (at === undefined) continue;
    if (node.select !== undefined) {
      if (!isSelected(node.select, own, parent)) continue;
      for (const selector of node.select) {
        if (selector.outer || selector.attribute === undefined) continue;
        let at = into;
        for (const step of selector.steps) at = enter(at, step).scope;
        at.attributes.add(selector.attribute);
      }
    }
    let scopeAt = into;
    let ownAt = own;
    let parentAt = parent;
    at.steps.forEach((step, index) => {
      const entry = enter(scopeAt, step);
      if (index === at.steps.length - 1 && at.attribute === undefined && (field.kind === "list" || field.kind === "texts"))
        entry.repeated = true;
      scopeAt = entry.scope;
      parentAt = ownAt;
      ownAt = ownAt?.children.find((candidate): candidate is XmlElement => typeof candidate !== "string" && candidate.name === step);
    });
    if (at.attribute !== undefined) {
      const value = ownAt?.attributes[at.attribute];
      if (field.kind === "integer" && value !== undefined && integerOf(value) === undefined) continue;
      if (field.kind === "boolean" && value !== undefined && !field.spelled?.includes(value)) continue;
      scopeAt.attributes.add(at.attribute);
    } else if (field.kind === "group" && inner !== undefined) {
      collect(scopeAt, inner, ownAt, parentAt);
      // The outer attribute that distinguishes the alternatives is covered by the alternative.
      for (const alternative of inner.alternatives)
        if (isSelected(alternative.select ?? [], ownAt, parentAt))
          for (const selector of alternative.select ?? [])
            if (selector.outer && selector.attribute !== undefined) into.attributes.add(selector.attribute);
    } else if (field.kind === "list" && inner !== undefined) lists.set(scopeAt, inner);
    else if (field.kind === "text" && field.same === "metadata") scopeAt.all = true;
    else if (field.kind !== "boolean") scopeAt.text = true;
  }
}

/** Scopes whose elements are list items: each is checked against its own alternative. */
const lists = new WeakMap<Scope, Compiled>();

function report(known: Scope, own: XmlElement, path: string, found: string[]): void {
  if (known.all) return;
  for (const name of Object.keys(own.attributes))
    if (!known.attributes.has(name) && name !== "xmlns" && !name.startsWith("xmlns:")) found.push(`${path}@${name}`);
  const counts = new Map<string, number>();
  for (const candidate of own.children) {
    if (typeof candidate === "string") continue;
    const count = (counts.get(candidate.name) ?? 0) + 1;
    counts.set(candidate.name, count);
    const entry = known.children.get(candidate.name);
    const label = count > 1 ? `${candidate.name}[${count}]` : candidate.name;
    if (entry === undefined || (count > 1 && !entry.repeated)) {
      found.push(`${path}${label}`);
      continue;
    }
    const items = lists.get(entry.scope);
    let inside = entry.scope;
    if (items !== undefined) {
      inside = scope();
      collect(inside, items, candidate, own);
    }
    report(inside, candidate, `${path}${label}/`, found);
  }
  if (!known.text && textOf(own).trim() !== "") found.push(`${path}text()`);
}
