import { ComplexList, ComplexObject, type IInterpolatingParent, type IResolvable, Token, Tokenization } from "#cdktf";
import { camelCase } from "../../model/naming.ts";
import type { Field, Fields } from "../../model/table.ts";

/** What both a resource and a nested object can be asked for. */
interface AttributeParent extends IInterpolatingParent {
  getStringAttribute(name: string): string;
  getNumberAttribute(name: string): number;
  getBooleanAttribute(name: string): IResolvable;
  getListAttribute(name: string): string[];
}

type ObjectReference = new (parent: IInterpolatingParent, attribute: string, fromSet: boolean, index?: number) => ComplexObject;

const references = new WeakMap<Fields, ObjectReference>();

/** The class of references to one nested structure; made when first asked for, since a program uses few of them. */
function referenceClass(fields: Fields): ObjectReference {
  let known = references.get(fields);
  if (known === undefined) {
    known = class extends ComplexObject {};
    defineGetters(known.prototype, fields);
    references.set(fields, known);
  }
  return known;
}

class ListReference extends ComplexList {
  readonly #fields: Fields;
  constructor(parent: IInterpolatingParent, attribute: string, fields: Fields) {
    super(parent, attribute, false);
    this.#fields = fields;
  }
  get(index: number): ComplexObject {
    return new (referenceClass(this.#fields))(this.terraformResource, this.terraformAttribute, this.wrapsSet, index);
  }
}

/** The token that stands for an attribute's value. */
export function reference(parent: AttributeParent, name: string, field: Field): unknown {
  switch (field.kind) {
    case "text":
      return parent.getStringAttribute(name);
    case "integer":
      return parent.getNumberAttribute(name);
    case "boolean":
      return parent.getBooleanAttribute(name);
    case "texts":
      return parent.getListAttribute(name);
    case "group":
      return new (referenceClass(field.fields))(parent, name, false);
    case "list":
      return new ListReference(parent, name, field.fields);
  }
}

function defineGetters(prototype: object, fields: Fields): void {
  for (const [name, field] of Object.entries(fields)) {
    Object.defineProperty(prototype, camelCase(name), {
      configurable: true,
      get(this: AttributeParent) {
        return reference(this, name, field);
      },
    });
  }
}

const spellings = new WeakMap<Fields, ReadonlyMap<string, readonly [name: string, field: Field]>>();

/** The fields by their TypeScript names: a configuration names few of the many there are. */
function byCamelCase(fields: Fields): ReadonlyMap<string, readonly [name: string, field: Field]> {
  let known = spellings.get(fields);
  if (!known)
    spellings.set(fields, (known = new Map(Object.entries(fields).map(([name, field]) => [camelCase(name), [name, field] as const]))));
  return known;
}

/**
 * A configuration in Terraform's names. Tokens and names the table does not have pass as they are.
 *
 * @param drop called for each attribute that is left out because only the embedded provider has it; absent to keep all
 */
export function toTerraform(
  fields: Fields,
  config: Readonly<Record<string, unknown>>,
  drop?: (path: string) => void,
  path = "",
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const known = byCamelCase(fields);
  for (const [camel, value] of Object.entries(config)) {
    const [name, field] = known.get(camel) ?? [];
    if (value === undefined || value === null || name === undefined || field === undefined) continue;
    const here = path === "" ? name : `${path}.${name}`;
    if (field.embedded && drop) drop(here);
    else result[name] = valueToTerraform(field, value, drop, here);
  }
  return result;
}

function valueToTerraform(field: Field, value: unknown, drop: ((path: string) => void) | undefined, path: string): unknown {
  if ((field.kind !== "group" && field.kind !== "list") || Tokenization.isResolvable(value) || Token.isUnresolved(value)) return value;
  if (field.kind === "list")
    return Array.isArray(value)
      ? value.map((item: unknown, index) => (isPlain(item) ? toTerraform(field.fields, item, drop, `${path}[${index}]`) : item))
      : value;
  return isPlain(value) ? toTerraform(field.fields, value, drop, path) : value;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Tokenization.isResolvable(value) && !Token.isUnresolved(value);

/** References to the items of a list. */
export interface ListOf<Item> extends IResolvable {
  get(index: number): Item;
}
