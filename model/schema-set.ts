import type { Field, Fields } from "./table.ts";

/**
 * The attributes of a schema that a run needs, by name: `1` for an attribute with everything below it. Attributes that the table
 * requires or computes are always there, at each level that is.
 */
export type Wanted = 1 | { readonly [name: string]: Wanted };

/**
 * The schema of one run: for each resource type and data source that it uses, the attributes that its configuration or state has.
 * The engine's work grows with the number of attributes, used or not; see docs/adr/0023.
 */
export interface SchemaSet {
  readonly resources: Readonly<Record<string, Wanted>>;
  readonly data: Readonly<Record<string, Wanted>>;
}

/** The entry of a saved plan that holds the {@link SchemaSet} it was made with. Engines ignore it. */
export const SCHEMA_ENTRY = "cdkvm/schema.json";

/** The provider's error for a value that the run's schema leaves out; the run is repeated with all attributes. */
export const SCHEMA_NARROW = "CDKVM_SCHEMA_NARROW";

/** The complete fields that narrowed ones were made from. */
const complete = new WeakMap<Fields, Fields>();

export const completeFields = (fields: Fields): Fields => complete.get(fields) ?? fields;

/** A table's fields, reduced to what a run needs. The same object if nothing is left out. */
export function narrowFields(fields: Fields, wanted: Wanted | undefined): Fields {
  if (wanted === 1) return fields;
  const entries = Object.entries(fields).flatMap(([name, field]): [string, Field][] => {
    const part = wanted !== undefined && Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    if (field.computed !== undefined && wanted !== undefined) return [[name, field]];
    if (part === undefined) return field.required === true ? [[name, field]] : [];
    return [[name, narrowField(field, part)]];
  });
  const isWhole = entries.length === Object.keys(fields).length && entries.every(([name, field]) => field === fields[name]);
  if (isWhole) return fields;
  const narrow = Object.fromEntries(entries);
  complete.set(narrow, fields);
  return narrow;
}

function narrowField(field: Field, wanted: Wanted): Field {
  if (field.kind !== "group" && field.kind !== "list") return field;
  const inner = narrowFields(field.fields, wanted);
  return inner === field.fields ? field : { ...field, fields: inner };
}
