import { TYPED_PARAMS_MAX } from "./xdr/limits.ts";
import { XdrError, type XdrReader } from "./xdr/reader.ts";
import type { XdrWriter } from "./xdr/writer.ts";

/**
 * `virTypedParameter` by field name. When reading, libvirt sends the width; when writing, `number` and `bigint` are sent as
 * unsigned 64-bit unless {@link typed} says otherwise.
 */
export type TypedParams = Readonly<Record<string, TypedValue>>;
export type TypedValue = number | bigint | boolean | string | Typed;

const types = { int: 1, uint: 2, llong: 3, ullong: 4, double: 5, boolean: 6, string: 7 } as const;

/** A value with an explicit wire type. */
export interface Typed {
  readonly type: keyof typeof types;
  readonly value: number | bigint | boolean | string;
}

export const typed = (type: Typed["type"], value: Typed["value"]): Typed => ({ type, value });

const typeOf = (value: TypedValue): Typed => {
  if (typeof value === "object") return value;
  if (typeof value === "string") return typed("string", value);
  return typeof value === "boolean" ? typed("boolean", value) : typed("ullong", value);
};

/** remote_typed_param<>: string field, int type, then the value. */
export const writeTypedParams = (writer: XdrWriter, params: TypedParams): XdrWriter =>
  writer.array(Object.entries(params), TYPED_PARAMS_MAX, (out, [field, given]) => {
    const { type, value } = typeOf(given);
    out.string(field).int(types[type]);
    if (type === "string") return out.string(String(value));
    if (type === "boolean") return out.bool(Boolean(value));
    if (type === "double") return out.double(Number(value));
    if (type === "int") return out.int(Number(value));
    if (type === "uint") return out.uint(Number(value));
    if (typeof value !== "bigint" && typeof value !== "number") throw new TypeError(`typed parameter ${field} is not a number`);
    return type === "llong" ? out.hyper(value) : out.uhyper(value);
  });

const readValue = (reader: XdrReader): Exclude<TypedValue, Typed> => {
  const type = reader.int();
  if (type === types.int) return reader.int();
  if (type === types.uint) return reader.uint();
  if (type === types.llong) return Number(reader.hyper());
  if (type === types.ullong) return reader.size();
  if (type === types.double) return reader.double();
  if (type === types.boolean) return reader.bool();
  if (type === types.string) return reader.string();
  throw new XdrError(`typed parameter of unknown type ${type}`);
};

export const readTypedParams = (reader: XdrReader): Readonly<Record<string, Exclude<TypedValue, Typed>>> =>
  Object.fromEntries(reader.array(TYPED_PARAMS_MAX, (param) => [param.string(), readValue(param)] as const));
