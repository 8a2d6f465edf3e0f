import { isRecord, type JsonRecord, recordOf } from "../model/records.ts";
import type { SchemaSet, Wanted } from "../model/schema-set.ts";
import type { Field, Fields } from "../model/table.ts";

/** A {@link Wanted} that grows. */
type Growing = Map<string, Growing | 1>;

type Step = string | { readonly index: string };

/** Collects the attributes that configurations, references and states need. */
export class Needs {
  readonly #tables: ReadonlyMap<string, Fields>;
  readonly #dataTypes: ReadonlySet<string>;
  readonly #resources: Growing = new Map();
  readonly #data = new Set<string>();

  constructor(tables: ReadonlyMap<string, Fields>, dataTypes: ReadonlySet<string>) {
    this.#tables = tables;
    this.#dataTypes = dataTypes;
  }

  get set(): SchemaSet {
    const data = Object.fromEntries([...this.#data].toSorted().map((type) => [type, 1] as const));
    return { resources: plain(this.#resources), data };
  }

  addDataSource(type: string): void {
    if (this.#dataTypes.has(type)) this.#data.add(type);
  }

  /** The attributes of a resource block in JSON syntax. https://opentofu.org/docs/language/syntax/json/ */
  addResource(type: string, block: JsonRecord): void {
    const fields = this.#tables.get(type);
    if (fields === undefined) return;
    const here = this.#type(type);
    addValues(here, fields, block);
    const ignored = recordOf(block["lifecycle"])["ignore_changes"];
    for (const path of Array.isArray(ignored) ? ignored : []) if (typeof path === "string") addPath(here, fields, stepsOf(`.${path}`));
    for (const text of textsIn(block)) for (const [, path = ""] of text.matchAll(SELF)) addPath(here, fields, stepsOf(path));
  }

  /** References to resources, wherever an expression can be: outputs, locals, checks, other resources. */
  addReferences(configuration: unknown): void {
    for (const text of textsIn(configuration)) {
      if (!text.includes("libvirt_")) continue;
      for (const [, data, type = "", path = ""] of text.matchAll(REFERENCE)) {
        const fields = this.#tables.get(type);
        if (data !== undefined || fields === undefined) continue;
        const steps = stepsOf(path).slice(1);
        // an address alone (`depends_on`, `moved`) names no attribute; an expression may use them all
        if (steps.some((step) => typeof step === "string")) addPath(this.#type(type), fields, steps);
        else if (text.includes("{")) this.#resources.set(type, 1);
      }
    }
  }

  /** What the objects of a state have. */
  addState(state: { readonly resources?: unknown }): void {
    for (const resource of listOf(state.resources)) {
      const { mode, type } = resource;
      if (typeof type !== "string") continue;
      if (mode === "data") this.addDataSource(type);
      const fields = this.#tables.get(type);
      if (mode !== "managed" || fields === undefined) continue;
      for (const instance of listOf(resource["instances"])) addStored(this.#type(type), fields, recordOf(instance["attributes"]));
    }
  }

  #type(type: string): Growing | 1 {
    return below(this.#resources, type);
  }
}

/** `libvirt_domain.web1.devices.disks[0].target`, also with a data source's prefix. */
const REFERENCE = /(?<![\w.-])(data\.)?(libvirt_\w+)((?:\.[A-Za-z_*\d][\w-]*|\[[^\]]*\])+)/g;
const SELF = /(?<![\w.-])self((?:\.[A-Za-z_*\d][\w-]*|\[[^\]]*\])+)/g;

function stepsOf(path: string): Step[] {
  return [...path.matchAll(/\.([A-Za-z_*\d][\w-]*)|\[([^\]]*)\]/g)].map(([, name, index]): Step => {
    if (name !== undefined) return /^(\d+|\*)$/.test(name) ? { index: name } : name;
    const quoted = /^"([\w-]+)"$/.exec(index ?? "")?.[1];
    return quoted ?? { index: index ?? "" };
  });
}

/** Adds the attribute at a path with everything below it. */
function addPath(needs: Growing | 1, fields: Fields, steps: readonly Step[]): void {
  if (needs === 1) return;
  const first = steps.findIndex((step) => typeof step === "string");
  const step = steps[first];
  const field = typeof step === "string" && Object.hasOwn(fields, step) ? fields[step] : undefined;
  if (typeof step !== "string" || field === undefined) return;
  const rest = steps.slice(first + 1);
  const isStructure = field.kind === "group" || field.kind === "list";
  // an index of a group may be any of its attributes
  const isOpen = field.kind === "group" && typeof rest[0] === "object";
  if (!isStructure || isOpen || !rest.some((one) => typeof one === "string")) needs.set(step, 1);
  else addPath(below(needs, step), field.fields, rest);
}

function addValues(needs: Growing | 1, fields: Fields, values: JsonRecord): void {
  if (needs === 1) return;
  for (const [name, value] of Object.entries(values)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) addValue(needs, name, field, value);
  }
}

function addValue(needs: Growing, name: string, field: Field, value: unknown): void {
  if (field.kind !== "group" && field.kind !== "list") return void needs.set(name, 1);
  const inner = below(needs, name);
  for (const item of Array.isArray(value) ? value : [value]) {
    if (item === null) continue;
    // an expression, for the whole structure or for its names
    if (!isRecord(item) || Object.keys(item).some((key) => key.includes("{"))) return void needs.set(name, 1);
    addValues(inner, field.fields, item);
  }
}

/** As a state stores it: every attribute that the schema had then, most of them null. */
function addStored(needs: Growing | 1, fields: Fields, values: JsonRecord): void {
  if (needs === 1) return;
  for (const [name, value] of Object.entries(values)) {
    const field = value !== null && Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) continue;
    if (field.kind !== "group" && field.kind !== "list") needs.set(name, 1);
    else for (const item of listOf(value)) addStored(below(needs, name), field.fields, item);
    if (Array.isArray(value) && value.length === 0) below(needs, name);
  }
}

function below(needs: Growing | 1, name: string): Growing | 1 {
  if (needs === 1) return 1;
  const known = needs.get(name);
  if (known !== undefined) return known;
  const made: Growing = new Map();
  needs.set(name, made);
  return made;
}

const plain = (growing: Growing): { readonly [name: string]: Wanted } =>
  Object.fromEntries([...growing].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, inner === 1 ? 1 : plain(inner)]));

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) yield* textsIn(inner);
}

/** The objects of a list, or an object alone. */
export const listOf = (value: unknown): readonly JsonRecord[] => (Array.isArray(value) ? value : [value]).filter(isRecord);
