import { CdkvmError } from "../../model/errors.ts";
import { fieldAt } from "../../model/field-at.ts";
import { isRecord, type JsonRecord } from "../../model/records.ts";
import { completeFields, SCHEMA_NARROW } from "../../model/schema-set.ts";
import type { Field, Fields } from "../../model/table.ts";
import { UNKNOWN, type Value, type Values, type AttributePath } from "../../model/values.ts";
import type { Message } from "./messages.ts";
import { decodeObject } from "./msgpack/decode.ts";
import { encodeObject, type Strictness } from "./msgpack/encode.ts";
import { Misfit, OutsideSchema } from "./msgpack/misfit.ts";
import { numberFrom } from "./msgpack/number.ts";
import { shapeOf } from "./msgpack/shape.ts";
import { recentValues } from "./recent.ts";

/** A value that does not fit the table; reports where and which kind, never the value itself (it may be a secret). */
export class ValueError extends Error {
  readonly path: AttributePath;
  constructor(path: AttributePath, problem: string) {
    super(path.length === 0 ? problem : `${path.join(".")}: ${problem}`);
    this.name = "ValueError";
    this.path = path;
  }
}

/** A value at an attribute that this run's schema leaves out. */
export class NarrowSchemaError extends CdkvmError {
  constructor(path: AttributePath) {
    super({
      code: SCHEMA_NARROW,
      doing: "use the attributes that this run needs",
      problem: `${path.join(".")} has a value, and this run's schema leaves it out`,
      likely: "the state or the host has more than the configuration says",
      fix: "run it with CDKVM_SCHEMA=full in the environment",
    });
  }
}

/** @throws {NarrowSchemaError} if a path is outside this run's schema */
export function checkPaths(fields: Fields, paths: readonly AttributePath[]): void {
  for (const path of paths) if (fieldAt(fields, path) === undefined) throw new NarrowSchemaError(path);
}

/**
 * A value from the wire, in the form of the table: absent attributes are `null`, integers beyond 2^53 decimal strings.
 *
 * @throws {ValueError} if it does not fit the table
 */
export function decodeValues(fields: Fields, value: Message<"DynamicValue"> | null | undefined): Values | null {
  if (value?.msgpack != null && value.msgpack.length > 0) {
    const bytes = value.msgpack;
    return recentValues(fields, bytes, () => {
      const values = placed(() => decodeObject(shapeOf(fields), bytes));
      if (values === UNKNOWN) throw new ValueError([], "the whole object is unknown");
      return values as Values | null;
    });
  }
  return value?.json != null && value.json.length > 0 ? decodeJson(fields, value.json) : null;
}

/** Runs a codec; reports a value that does not fit with its path. */
function placed<T>(codec: () => T): T {
  try {
    return codec();
  } catch (error) {
    if (error instanceof OutsideSchema) throw new NarrowSchemaError(error.path);
    if (error instanceof Misfit) throw new ValueError(error.path, error.message);
    if (error instanceof RangeError) throw new ValueError([], `not a MessagePack value: ${error.message}`);
    throw error;
  }
}

/**
 * A state as the engine stores it, perhaps from another provider version: attributes unknown to the table are dropped, absent ones
 * and those of another type are `null`.
 */
export function decodeJson(fields: Fields, json: Uint8Array): Values | null {
  const parsed = parseJson(json);
  return isRecord(parsed) ? objectFrom(fields, parsed) : null;
}

/** A stored state in the table's form; unchanged if it already has that form. */
export function upgradeJson(fields: Fields, json: Uint8Array, look?: (stored: JsonRecord) => void): Message<"DynamicValue"> {
  const parsed = parseJson(json);
  if (!isRecord(parsed)) return encodeValues(fields, null);
  look?.(parsed);
  return hasForm(fields, parsed) ? { json } : encodeValues(fields, objectFrom(completeFields(fields), parsed));
}

function parseJson(json: Uint8Array): unknown {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString("utf8");
  return /\d{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
}

/** Whether an object has exactly the table's attributes, each of its type or null. */
function hasForm(fields: Fields, raw: JsonRecord): boolean {
  let count = 0;
  for (const name in raw) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) return false;
    count++;
    const inner = raw[name];
    if (inner !== null && !isOfKind(field, inner)) return false;
  }
  return count === shapeOf(fields).attributes.length;
}

function isOfKind(field: Field, raw: unknown): boolean {
  switch (field.kind) {
    case "text":
      return typeof raw === "string";
    case "boolean":
      return typeof raw === "boolean";
    case "integer":
      return Number.isSafeInteger(raw);
    case "texts":
      return Array.isArray(raw) && raw.every((item) => typeof item === "string");
    case "list":
      return Array.isArray(raw) && raw.every((item: unknown) => isRecord(item) && hasForm(field.fields, item));
    case "group":
      return isRecord(raw) && hasForm(field.fields, raw);
  }
}

/** Keeps the digits of an integer that a double cannot hold. */
function exactInteger(this: unknown, _key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === "number" && !Number.isSafeInteger(value) && context !== undefined && /^-?\d+$/.test(context.source)
    ? context.source
    : value;
}

function objectFrom(fields: Fields, raw: JsonRecord): Values {
  const values: Record<string, Value> = { ...shapeOf(fields).empty };
  for (const name of Object.keys(raw)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) values[name] = fromJson(field, raw[name]);
  }
  return values;
}

function fromJson(field: Field, raw: unknown): Value {
  switch (field.kind) {
    case "text":
      return typeof raw === "string" ? raw : null;
    case "boolean":
      return typeof raw === "boolean" ? raw : null;
    case "integer":
      return numberFrom(raw);
    case "texts":
      return Array.isArray(raw) ? raw.map((item: unknown) => (typeof item === "string" ? item : null)) : null;
    case "list":
      return Array.isArray(raw) ? raw.map((item: unknown) => (isRecord(item) ? objectFrom(field.fields, item) : null)) : null;
    case "group":
      return isRecord(raw) ? objectFrom(field.fields, raw) : null;
  }
}

/** @throws {ValueError} if a value does not fit the table */
export const encodeValues = (fields: Fields, values: Values | null): Message<"DynamicValue"> => encode(fields, values, "exact");

/** What can be recorded after a failure: values that do not fit, and unknown ones, become `null`. */
export const encodeKnown = (fields: Fields, values: Values | null): Message<"DynamicValue"> => encode(fields, values, "known only");

const encode = (fields: Fields, values: Values | null, strictness: Strictness): Message<"DynamicValue"> => ({
  msgpack: placed(() => encodeObject(shapeOf(fields), values, strictness)),
});
