import { kindAttributes, type Field, type Fields, type ListField } from "../model/table.ts";

/** A parsed locator: child elements to descend into, then optionally an attribute. If both are empty: the element itself. */
export interface Locator {
  readonly steps: readonly string[];
  readonly attribute: string | undefined;
}

/** One condition for a union's alternative. */
export interface Selector extends Locator {
  /** It is one element further out. */
  readonly outer: boolean;
  readonly when: string;
}

export interface Node {
  readonly name: string;
  readonly field: Field;
  /** Location in libvirt's XML; undefined: not in the XML. */
  readonly at: Locator | undefined;
  readonly select: readonly Selector[] | undefined;
  /** The fields of a group or of a list's items. */
  readonly inner: Compiled | undefined;
  readonly computed: boolean;
  /** The provider chooses it for a new object; an existing object keeps its own, and an omitted value stays omitted. */
  readonly chosen: boolean;
  /** Only libvirt decides it: read, never written. */
  readonly readOnly: boolean;
  /** The name of the field that holds this number's unit. */
  readonly unit: string | undefined;
  /** The number whose unit this field holds. */
  readonly unitOf: string | undefined;
  /** What identifies list items, as paths into the values. */
  readonly keys: readonly (readonly string[])[] | undefined;
}

/** Fields prepared for traversal; built once per record of fields. */
export interface Compiled {
  readonly fields: Fields;
  readonly nodes: readonly Node[];
  readonly byName: ReadonlyMap<string, Node>;
  /** Alternatives of a union. */
  readonly alternatives: readonly Node[];
  /** The outer element selects an alternative, so it applies even if this element is missing. */
  readonly outer: boolean;
  /** Some nested list reports elements that the configuration does not name. */
  readonly drift: boolean;
  /** Some nested value is not in the XML. */
  readonly beside: boolean;
  /** The order of child elements. */
  readonly ranks: ReadonlyMap<string, number>;
  /** Fields whose change turns it into another device, see {@link kindAttributes}. */
  readonly kind: readonly Node[];
}

const compiled = new WeakMap<Fields, Compiled>();

export function compile(fields: Fields): Compiled {
  let done = compiled.get(fields);
  if (done === undefined) {
    done = build(fields);
    compiled.set(fields, done);
  }
  return done;
}

function parseLocator(at: string): Locator {
  const steps = at === "." ? [] : at.split("/");
  const last = steps.at(-1);
  if (last?.startsWith("@")) return { steps: steps.slice(0, -1), attribute: last.slice(1) };
  return { steps, attribute: undefined };
}

function parseSelect(select: string, when: string): readonly Selector[] {
  const values = when.split(" ");
  return select.split(" ").map((at, index) => {
    const outer = at.startsWith("../");
    return { ...parseLocator(outer ? at.slice(3) : at), outer, when: values[index] ?? "" };
  });
}

/** A list that always shows elements that the configuration does not name: its key identifies the items. */
export const tellsDrift = (field: ListField): boolean => field.extras === "drift" && field.key !== undefined;

export const keysOf = (field: ListField): readonly (readonly string[])[] | undefined => field.key?.map((path) => path.split("."));

function build(fields: Fields): Compiled {
  const unitOf = new Map<string, string>();
  for (const [name, field] of Object.entries(fields))
    if (field.kind === "integer" && field.unit !== undefined) unitOf.set(field.unit, name);

  const nodes = Object.entries(fields).map(([name, field]): Node => {
    const union =
      "select" in field && field.select !== undefined && field.when !== undefined ? parseSelect(field.select, field.when) : undefined;
    return {
      name,
      field,
      at: field.at === "" ? undefined : parseLocator(field.at),
      select: union,
      inner: field.kind === "group" || field.kind === "list" ? compile(field.fields) : undefined,
      computed: field.computed === true,
      chosen: field.computed === "embedded",
      readOnly: field.computed === true && field.optional !== true,
      unit: field.kind === "integer" ? field.unit : undefined,
      unitOf: unitOf.get(name),
      keys: field.kind === "list" ? keysOf(field) : undefined,
    };
  });
  const ranks = new Map<string, number>();
  rank(nodes, ranks);
  return {
    fields,
    nodes,
    byName: new Map(nodes.map((node) => [node.name, node])),
    alternatives: nodes.filter((node) => node.select !== undefined),
    outer: nodes.some((node) => node.select?.some((selector) => selector.outer)),
    drift: nodes.some((node) =>
      node.field.kind === "list" ? tellsDrift(node.field) : node.field.kind === "group" && node.at !== undefined && node.inner?.drift,
    ),
    beside: nodes.some((node) => node.at === undefined || node.inner?.beside === true),
    ranks,
    kind: nodes.filter(({ field }) => field.kind === "text" && kindAttributes.has(field.at)),
  };
}

function rank(nodes: readonly Node[], ranks: Map<string, number>): void {
  for (const node of nodes) {
    if (node.at === undefined) continue;
    const first = node.at.steps[0];
    if (first !== undefined) {
      if (!ranks.has(first)) ranks.set(first, ranks.size);
    } else if (node.field.kind === "group" && node.inner !== undefined) rank(node.inner.nodes, ranks);
  }
}
