import { completeFields } from "../../../model/schema-set.ts";
import type { Field, Fields } from "../../../model/table.ts";

/** An object's attributes prepared for the wire; built once per record of fields. */
export interface Shape {
  readonly attributes: readonly Attribute[];
  readonly byName: ReadonlyMap<string, Attribute>;
  /** The attributes as the engines send them: sorted by name. */
  readonly sorted: readonly Attribute[];
  /** The encoded object with null for every attribute; a run of nulls is copied from here. */
  readonly nulls: Buffer;
  /** The object with null for every attribute of the table, also those outside the schema: copies of it share one hidden class. */
  readonly empty: Readonly<Record<string, null>>;
}

export interface Attribute {
  readonly name: string;
  readonly field: Field;
  /** The name in UTF-8. */
  readonly bytes: Buffer;
  /** Offset of its null in {@link Shape.nulls}. */
  readonly nullAt: number;
  /** Index in {@link Shape.sorted}. */
  readonly rank: number;
  /** The shape of a group, or of a list's items. */
  readonly shape: Shape | undefined;
}

const NIL = 0xc0;

const shapes = new WeakMap<Fields, Shape>();

export function shapeOf(fields: Fields): Shape {
  let shape = shapes.get(fields);
  if (shape === undefined) {
    shape = build(fields);
    shapes.set(fields, shape);
  }
  return shape;
}

function build(fields: Fields): Shape {
  const entries = Object.entries(fields);
  const parts: Buffer[] = [header(entries.length)];
  let length = parts[0]?.length ?? 0;
  const order = new Map(
    entries
      .map(([name]) => name)
      .toSorted()
      .map((name, rank) => [name, rank]),
  );
  const attributes = entries.map(([name, field]): Attribute => {
    const bytes = Buffer.from(name);
    const part = Buffer.concat([Buffer.of(...(bytes.length < 32 ? [0xa0 | bytes.length] : [0xd9, bytes.length])), bytes, Buffer.of(NIL)]);
    parts.push(part);
    length += part.length;
    const shape = field.kind === "group" || field.kind === "list" ? shapeOf(field.fields) : undefined;
    return { name, field, bytes, nullAt: length - 1, rank: order.get(name) ?? 0, shape };
  });
  return {
    attributes,
    byName: new Map(attributes.map((one) => [one.name, one])),
    sorted: attributes.toSorted((a, b) => a.rank - b.rank),
    nulls: Buffer.concat(parts),
    empty: Object.fromEntries(Object.keys(completeFields(fields)).map((name) => [name, null])),
  };
}

/** Header of a map with that many entries. */
function header(size: number): Buffer {
  return size < 16 ? Buffer.of(0x80 | size) : Buffer.of(0xde, size >> 8, size & 0xff);
}
