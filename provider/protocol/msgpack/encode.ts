import type { Field } from "../../../model/table.ts";
import { isList, isValues, UNKNOWN, type Value, type Values } from "../../../model/values.ts";
import { Misfit, NoSuchAttribute, OutsideSchema, within } from "./misfit.ts";
import { decimal } from "./number.ts";
import { shapeOf, type Shape } from "./shape.ts";

/** How to write a value that does not fit, or an unknown one: as an error and cty's unknown marker, or both as null. */
export type Strictness = "exact" | "known only";

/** Writes a table's values as MessagePack: every attribute of the table, null if it has no value. */
export function encodeObject(shape: Shape, values: Value | undefined, strictness: Strictness): Buffer {
  const writer = new Writer(strictness === "known only");
  writer.group(shape, values);
  return writer.done();
}

const NIL = 0xc0;

/** Grows with the largest value and is reused: the result is copied out. */
let scratch = Buffer.allocUnsafe(64 * 1024);

class Writer {
  #at = 0;
  readonly #knownOnly: boolean;

  constructor(knownOnly: boolean) {
    this.#knownOnly = knownOnly;
  }

  done(): Buffer {
    return Buffer.from(scratch.subarray(0, this.#at));
  }

  #room(length: number): number {
    const at = this.#at;
    const end = at + length;
    if (end > scratch.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, scratch.length * 2));
      scratch.copy(grown, 0, 0, at);
      scratch = grown;
    }
    this.#at = end;
    return at;
  }

  #byte(value: number): void {
    const at = this.#room(1);
    scratch[at] = value;
  }

  group(shape: Shape, value: Value | undefined): void {
    if (value === null || value === undefined || value === UNKNOWN) return this.#special(value);
    if (!isValues(value)) return this.#misfit("an object", value);
    const { attributes, nulls } = shape;
    let written = 0;
    let known = 0;
    for (const attribute of attributes) {
      if (!Object.hasOwn(value, attribute.name)) continue;
      known++;
      const inner = value[attribute.name];
      if (inner === null || inner === undefined) continue;
      const at = this.#room(attribute.nullAt - written);
      nulls.copy(scratch, at, written, attribute.nullAt);
      written = attribute.nullAt + 1;
      try {
        this.#value(attribute.field, attribute.shape, inner);
      } catch (error) {
        throw within(attribute.name, error);
      }
    }
    const at = this.#room(nulls.length - written);
    nulls.copy(scratch, at, written);
    if (!this.#knownOnly) refuseOthers(shape, value, known);
  }

  #value(field: Field, shape: Shape | undefined, value: Value): void {
    if (value === UNKNOWN) return this.#special(value);
    switch (field.kind) {
      case "text":
        return typeof value === "string" ? this.#text(value) : this.#misfit("a string", value);
      case "boolean":
        return typeof value === "boolean" ? this.#byte(value ? 0xc3 : 0xc2) : this.#misfit("a bool", value);
      case "integer":
        if (typeof value === "number" && Number.isFinite(value)) return this.#number(value);
        return typeof value === "string" && decimal.test(value) ? this.#text(value) : this.#misfit("a number", value);
      case "texts":
        return this.#items("a list of strings", value, (item) =>
          item === null || item === UNKNOWN
            ? this.#special(item)
            : typeof item === "string"
              ? this.#text(item)
              : this.#misfit("a string", item),
        );
      case "list": {
        const items = shape ?? shapeOf(field.fields);
        return this.#items("a list of objects", value, (item) => this.group(items, item));
      }
      case "group":
        return this.group(shape ?? shapeOf(field.fields), value);
    }
  }

  #items(needed: string, value: Value, write: (item: Value) => void): void {
    if (!isList(value)) return this.#misfit(needed, value);
    this.#header(value.length, 0x90, 16, 0xdc);
    for (const [index, item] of value.entries()) {
      try {
        write(item);
      } catch (error) {
        throw within(index, error);
      }
    }
  }

  #special(value: null | undefined | typeof UNKNOWN): void {
    if (value !== UNKNOWN || this.#knownOnly) return this.#byte(NIL);
    const at = this.#room(3);
    scratch[at] = 0xd4;
    scratch.writeUInt16BE(0, at + 1);
  }

  #misfit(needed: string, found: Value): void {
    if (!this.#knownOnly) throw new Misfit(needed, kindOf(found));
    this.#byte(NIL);
  }

  /** The shortest form: one byte below `small`, else a 16 or 32-bit length after `wide`. */
  #header(length: number, fixed: number, small: number, wide: number): void {
    if (length < small) return this.#byte(fixed | length);
    const at = this.#room(length <= 0xffff ? 3 : 5);
    scratch[at] = length <= 0xffff ? wide : wide + 1;
    if (length <= 0xffff) scratch.writeUInt16BE(length, at + 1);
    else scratch.writeUInt32BE(length, at + 1);
  }

  #text(value: string): void {
    const length = Buffer.byteLength(value);
    if (length >= 32 && length <= 0xff) {
      const at = this.#room(2);
      scratch[at] = 0xd9;
      scratch[at + 1] = length;
    } else this.#header(length, 0xa0, 32, 0xda);
    const at = this.#room(length);
    scratch.write(value, at, length, "utf8");
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value)) {
      const at = this.#room(9);
      scratch[at] = 0xcb;
      scratch.writeDoubleBE(value, at + 1);
    } else if (value >= -32 && value < 128) this.#byte(value & 0xff);
    else if (value >= 0 && value <= 0xffff_ffff) {
      const size = value <= 0xff ? 1 : value <= 0xffff ? 2 : 4;
      const at = this.#room(1 + size);
      scratch[at] = 0xcc + (size >> 1);
      scratch.writeUIntBE(value, at + 1, size);
    } else {
      const at = this.#room(9);
      scratch[at] = value < 0 ? 0xd3 : 0xcf;
      scratch.writeBigInt64BE(BigInt(value), at + 1);
    }
  }
}

function refuseOthers({ byName, empty }: Shape, values: Values, known: number): void {
  const names = Object.keys(values);
  if (names.length === known) return;
  for (const name of names) {
    if (byName.has(name)) continue;
    if (!Object.hasOwn(empty, name)) throw new NoSuchAttribute(name);
    if ((values[name] ?? null) !== null) throw new OutsideSchema(name);
  }
}

const kindOf = (value: Value): string => (isList(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`);
