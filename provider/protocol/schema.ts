import type { Field, Fields, Table } from "../../model/table.ts";
import type { Message } from "./messages.ts";

/** `Schema.Object.NestingMode` of the protocol. */
const SINGLE = 1;
const LIST = 2;

const types = {
  text: Buffer.from('"string"'),
  integer: Buffer.from('"number"'),
  boolean: Buffer.from('"bool"'),
  list: Buffer.from('["list","string"]'),
  set: Buffer.from('["set","string"]'),
};

/**
 * A table as a Terraform schema: attribute names, types, and who sets them.
 *
 * @param fields those that the run needs
 */
export function schemaOf(table: Table, fields: Fields = table.fields): Message<"Schema"> {
  return { version: 0, block: { version: 0, attributes: attributesOf(fields), description: table.doc } };
}

function attributesOf(fields: Fields): Message<"SchemaAttribute">[] {
  return Object.entries(fields).map(([name, field]) => attributeOf(name, field));
}

function attributeOf(name: string, field: Field): Message<"SchemaAttribute"> {
  return {
    name,
    ...typeOf(field),
    ...whoSets(field),
    ...(field.sensitive === true ? { sensitive: true } : {}),
    ...(field.doc === undefined ? {} : { description: field.doc }),
  };
}

function typeOf(field: Field): Pick<Message<"SchemaAttribute">, "type" | "nested_type"> {
  switch (field.kind) {
    case "group":
      return { nested_type: { attributes: attributesOf(field.fields), nesting: SINGLE } };
    case "list":
      return { nested_type: { attributes: attributesOf(field.fields), nesting: LIST } };
    case "texts":
      return { type: field.set === true ? types.set : types.list };
    case "text":
    case "integer":
    case "boolean":
      return { type: types[field.kind] };
  }
}

/** Required, optional, computed: an attribute that is neither required nor computed is optional. */
export function whoSets(field: Field): { required?: true; optional?: true; computed?: true } {
  if (field.required === true) return { required: true };
  if (field.computed !== undefined) return field.optional === true ? { optional: true, computed: true } : { computed: true };
  return { optional: true };
}
