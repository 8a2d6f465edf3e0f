import { decode, encode, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import type { Field, Fields } from "../../model/table.ts";
import { isList, isValues, UNKNOWN, type Value, type Values } from "../../model/values.ts";
import type { Message } from "./messages.ts";
import type { Path } from "./resource.ts";

/** A value that does not fit the table; says where and what kind it is, never the value itself (it may be a secret). */
export class ValueError extends Error {
  readonly path: Path;
  constructor(path: Path, problem: string) {
    super(path.length === 0 ? problem : `${path.join(".")}: ${problem}`);
    this.name = "ValueError";
    this.path = path;
  }
}

/** What becomes of a value that does not fit: throw, or leave it out (`null`). */
type Misfit = (path: Path, problem: string) => null;
const refuse: Misfit = (path, problem) => {
  throw new ValueError(path, problem);
};
const omit: Misfit = () => null;

/** MessagePack extensions of cty: 0 is an unknown value, 12 an unknown value of which something is known. */
const extensions = new ExtensionCodec();
for (const type of [0, 12]) extensions.register({ type, encode: () => null, decode: () => UNKNOWN });
const unknownBytes = new ExtData(0, new Uint8Array(1));

/**
 * A value off the wire, as the table describes it: absent attributes are `null`, integers beyond 2^53 decimal strings.
 *
 * @throws {ValueError} where it does not fit the table
 */
export function decodeValues(fields: Fields, value: Message<"DynamicValue"> | null | undefined): Values | null {
  if (value?.msgpack != null && value.msgpack.length > 0) {
    const values = fromWire({ kind: "group", at: "", fields }, unpack(value.msgpack), [], refuse, true);
    if (values === UNKNOWN) throw new ValueError([], "the whole object is unknown");
    return values as Values | null;
  }
  return value?.json != null && value.json.length > 0 ? decodeJson(fields, value.json) : null;
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { extensionCodec: extensions, useBigInt64: true });
  } catch (cause) {
    throw new ValueError([], `not a MessagePack value: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/**
 * A state as the engine stores it, perhaps by another version of the provider: attributes that the table does not have
 * are left out, absent ones and those of another type are `null`.
 */
export function decodeJson(fields: Fields, json: Uint8Array): Values | null {
  const text = Buffer.from(json).toString("utf8");
  const parsed: unknown = /\d{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  return fromWire({ kind: "group", at: "", fields }, parsed, [], omit, false) as Values | null;
}

/** Keeps the digits of an integer that a double cannot hold. */
function exactInteger(this: unknown, _key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) && context !== undefined && /^-?\d+$/.test(context.source)
    ? context.source
    : value;
}

function fromWire(field: Field, raw: unknown, path: Path, misfit: Misfit, strict: boolean): Value {
  if (raw === null || raw === undefined) return null;
  if (raw === UNKNOWN) return UNKNOWN;
  switch (field.kind) {
    case "text":
      return typeof raw === "string" ? raw : misfit(path, `a string is needed, not ${kindOf(raw)}`);
    case "boolean":
      return typeof raw === "boolean" ? raw : misfit(path, `a bool is needed, not ${kindOf(raw)}`);
    case "integer":
      return numberFrom(raw) ?? misfit(path, `a number is needed, not ${kindOf(raw)}`);
    case "texts":
      if (!Array.isArray(raw)) return misfit(path, `a list of strings is needed, not ${kindOf(raw)}`);
      return raw.map((item, index) => fromWire({ kind: "text", at: "" }, item, [...path, index], misfit, strict));
    case "list":
      if (!Array.isArray(raw)) return misfit(path, `a list of objects is needed, not ${kindOf(raw)}`);
      return raw.map((item, index) => fromWire({ kind: "group", at: "", fields: field.fields }, item, [...path, index], misfit, strict));
    case "group": {
      if (!isPlainObject(raw)) return misfit(path, `an object is needed, not ${kindOf(raw)}`);
      if (strict) for (const name of Object.keys(raw)) if (!Object.hasOwn(field.fields, name)) misfit([...path, name], "no such attribute");
      const values: Record<string, Value> = {};
      for (const [name, inner] of Object.entries(field.fields)) {
        values[name] = Object.hasOwn(raw, name) ? fromWire(inner, raw[name], [...path, name], misfit, strict) : null;
      }
      return values;
    }
  }
}

const decimal = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** cty sends a number as integer, double, or, where neither holds it, as decimal digits. */
function numberFrom(raw: unknown): number | string | null {
  if (typeof raw === "bigint") return Number.isSafeInteger(Number(raw)) ? Number(raw) : raw.toString();
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : null;
  if (typeof raw !== "string" || !decimal.test(raw)) return null;
  const number = Number(raw);
  return String(number) === raw ? number : raw;
}

const isPlainObject = (raw: unknown): raw is Record<string, unknown> => {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return false;
  const prototype: unknown = Object.getPrototypeOf(raw);
  return prototype === Object.prototype || prototype === null;
};

const kindOf = (raw: unknown): string => (Array.isArray(raw) ? "a list" : typeof raw === "object" ? "an object" : `a ${typeof raw}`);

/** @throws {ValueError} where a value does not fit the table */
export function encodeValues(fields: Fields, values: Values | null): Message<"DynamicValue"> {
  return pack(toWire({ kind: "group", at: "", fields }, values, [], refuse));
}

/** What can be recorded when something failed: what does not fit, and what is still unknown, is `null`. */
export function encodeKnown(fields: Fields, values: Values | null): Message<"DynamicValue"> {
  return pack(toWire({ kind: "group", at: "", fields }, withoutUnknown(values), [], omit));
}

function pack(wire: unknown): Message<"DynamicValue"> {
  return { msgpack: encode(wire, { extensionCodec: extensions, useBigInt64: true }) };
}

function toWire(field: Field, value: Value | undefined, path: Path, misfit: Misfit): unknown {
  if (value === null || value === undefined) return null;
  if (value === UNKNOWN) return unknownBytes;
  switch (field.kind) {
    case "text":
      return typeof value === "string" ? value : misfit(path, `a string is needed, not ${kindOf(value)}`);
    case "boolean":
      return typeof value === "boolean" ? value : misfit(path, `a bool is needed, not ${kindOf(value)}`);
    case "integer":
      if (typeof value === "number" && Number.isFinite(value)) return value;
      return typeof value === "string" && decimal.test(value) ? value : misfit(path, `a number is needed, not ${kindOf(value)}`);
    case "texts":
      if (!isList(value)) return misfit(path, `a list of strings is needed, not ${kindOf(value)}`);
      return value.map((item, index) => toWire({ kind: "text", at: "" }, item, [...path, index], misfit));
    case "list":
      if (!isList(value)) return misfit(path, `a list of objects is needed, not ${kindOf(value)}`);
      return value.map((item, index) => toWire({ kind: "group", at: "", fields: field.fields }, item, [...path, index], misfit));
    case "group": {
      if (!isValues(value)) return misfit(path, `an object is needed, not ${kindOf(value)}`);
      for (const name of Object.keys(value)) if (!Object.hasOwn(field.fields, name)) misfit([...path, name], "no such attribute");
      const wire: Record<string, unknown> = {};
      for (const [name, inner] of Object.entries(field.fields)) {
        wire[name] = Object.hasOwn(value, name) ? toWire(inner, value[name], [...path, name], misfit) : null;
      }
      return wire;
    }
  }
}

function withoutUnknown<V extends Value>(value: V): V {
  const known = (inner: Value): Value => {
    if (inner === UNKNOWN) return null;
    if (isList(inner)) return inner.map(known);
    if (isValues(inner)) return Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, known(one)]));
    return inner;
  };
  return known(value) as V;
}
