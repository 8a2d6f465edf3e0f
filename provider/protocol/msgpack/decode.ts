import type { Field } from "../../../model/table.ts";
import { UNKNOWN, type Value, type Values } from "../../../model/values.ts";
import { Misfit, NoSuchAttribute, within } from "./misfit.ts";
import { numberFrom } from "./number.ts";
import { shapeOf, type Shape } from "./shape.ts";

/**
 * Reads a table's values straight from MessagePack, without the intermediate objects of a general-purpose reader.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 * @see https://github.com/zclconf/go-cty/blob/main/docs/json.md for how the engines encode values in it
 */
export function decodeObject(shape: Shape, bytes: Uint8Array): Value {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const values = decodeGroup(shape, reader);
  if (reader.at < reader.bytes.length) throw new RangeError(`${reader.bytes.length - reader.at} bytes are left over`);
  return values;
}

class Reader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError("it ends too early");
    this.at++;
    return byte;
  }

  unsigned(size: number): number {
    const value = this.bytes.readUIntBE(this.at, size);
    this.at += size;
    return value;
  }

  text(length: number): string {
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError("it ends too early");
    const text = this.bytes.toString("utf8", this.at, end);
    this.at = end;
    return text;
  }
}

/** Extension types of cty: an unknown value, and an unknown value with refinements. */
const UNKNOWN_TYPES: ReadonlySet<number> = new Set([0, 12]);

/** A null or unknown value; `undefined` for any other. */
function special(reader: Reader, head: number): Value | undefined {
  if (head === 0xc0) return null;
  const length =
    head >= 0xd4 && head <= 0xd8 ? 1 << (head - 0xd4) : head >= 0xc7 && head <= 0xc9 ? reader.unsigned(1 << (head - 0xc7)) : -1;
  if (length < 0) return undefined;
  const type = reader.byte();
  if (!UNKNOWN_TYPES.has(type)) return undefined;
  reader.at += length;
  if (reader.at > reader.bytes.length) throw new RangeError("it ends too early");
  return UNKNOWN;
}

function decode(field: Field, shape: Shape | undefined, reader: Reader): Value {
  switch (field.kind) {
    case "text":
      return decodeText(reader);
    case "boolean": {
      const head = reader.byte();
      if (head === 0xc2 || head === 0xc3) return head === 0xc3;
      return otherwise(reader, head, "a bool");
    }
    case "integer": {
      const head = reader.byte();
      const number = numberOf(reader, head);
      return number === undefined ? otherwise(reader, head, "a number") : number;
    }
    case "texts":
      return decodeItems(reader, "a list of strings", decodeText);
    case "list": {
      const items = shape ?? shapeOf(field.fields);
      return decodeItems(reader, "a list of objects", (from) => decodeGroup(items, from));
    }
    case "group":
      return decodeGroup(shape ?? shapeOf(field.fields), reader);
  }
}

function decodeText(reader: Reader): Value {
  const head = reader.byte();
  const length = textLength(reader, head);
  return length === undefined ? otherwise(reader, head, "a string") : reader.text(length);
}

function decodeItems(reader: Reader, needed: string, item: (reader: Reader) => Value): Value {
  const head = reader.byte();
  const count =
    head >= 0x90 && head <= 0x9f ? head & 15 : head === 0xdc ? reader.unsigned(2) : head === 0xdd ? reader.unsigned(4) : undefined;
  if (count === undefined) return otherwise(reader, head, needed);
  const items: Value[] = [];
  while (items.length < count) {
    try {
      items.push(item(reader));
    } catch (error) {
      throw within(items.length, error);
    }
  }
  return items;
}

function decodeGroup(shape: Shape, reader: Reader): Value {
  const head = reader.byte();
  const count =
    head >= 0x80 && head <= 0x8f ? head & 15 : head === 0xde ? reader.unsigned(2) : head === 0xdf ? reader.unsigned(4) : undefined;
  if (count === undefined) return otherwise(reader, head, "an object");
  const values: Record<string, Value> = { ...shape.empty };
  let rank = 0;
  for (let read = 0; read < count; read++) {
    const length = textLength(reader, reader.byte());
    if (length === undefined) throw new RangeError("a key is no string");
    let attribute = shape.sorted[rank];
    if (attribute !== undefined && isNext(reader, attribute.bytes, length)) reader.at += length;
    else {
      const name = reader.text(length);
      attribute = shape.byName.get(name);
      if (attribute === undefined) throw new NoSuchAttribute(name);
    }
    rank = attribute.rank + 1;
    if (reader.bytes[reader.at] === 0xc0) {
      reader.at++;
      continue;
    }
    try {
      values[attribute.name] = decode(attribute.field, attribute.shape, reader);
    } catch (error) {
      throw within(attribute.name, error);
    }
  }
  return values satisfies Values;
}

function isNext({ bytes, at }: Reader, name: Buffer, length: number): boolean {
  if (name.length !== length) return false;
  for (let index = 0; index < length; index++) if (bytes[at + index] !== name[index]) return false;
  return true;
}

function textLength(reader: Reader, head: number): number | undefined {
  if (head >= 0xa0 && head <= 0xbf) return head & 31;
  return head >= 0xd9 && head <= 0xdb ? reader.unsigned(1 << (head - 0xd9)) : undefined;
}

/** cty sends a number as an integer, as a double or, if neither can hold it, as decimal digits. */
function numberOf(reader: Reader, head: number): number | string | undefined {
  const { bytes, at } = reader;
  if (head <= 0x7f) return head;
  if (head >= 0xe0) return head - 256;
  if (head >= 0xcc && head <= 0xce) return reader.unsigned(1 << (head - 0xcc));
  if (head >= 0xd0 && head <= 0xd2) {
    const size = 1 << (head - 0xd0);
    reader.at += size;
    return bytes.readIntBE(at, size);
  }
  if (head === 0xcf || head === 0xd3) {
    reader.at += 8;
    return numberFrom(head === 0xcf ? bytes.readBigUInt64BE(at) : bytes.readBigInt64BE(at)) ?? undefined;
  }
  if (head === 0xca || head === 0xcb) {
    reader.at += head === 0xca ? 4 : 8;
    const number = head === 0xca ? bytes.readFloatBE(at) : bytes.readDoubleBE(at);
    return Number.isFinite(number) ? number : undefined;
  }
  const length = textLength(reader, head);
  return length === undefined ? undefined : (numberFrom(reader.text(length)) ?? undefined);
}

function otherwise(reader: Reader, head: number, needed: string): Value {
  const value = special(reader, head);
  if (value === undefined) throw new Misfit(needed, kindOf(head));
  return value;
}

function kindOf(head: number): string {
  if (head === 0xc2 || head === 0xc3) return "a boolean";
  if ((head >= 0xa0 && head <= 0xbf) || (head >= 0xd9 && head <= 0xdb)) return "a string";
  if ((head >= 0x90 && head <= 0x9f) || head === 0xdc || head === 0xdd) return "a list";
  return head <= 0x7f || head >= 0xe0 || (head >= 0xca && head <= 0xd3) ? "a number" : "an object";
}
