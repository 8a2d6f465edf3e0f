import * as fc from "fast-check";
import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { boolean, group, integer, list, text, texts, type Fields } from "../../../model/table.ts";
import { isList, isValues, UNKNOWN, type Value, type Values } from "../../../model/values.ts";
import { decodeJson, decodeValues, encodeKnown, encodeValues, upgradeJson, ValueError } from "../../../provider/protocol/values.ts";
import { noteTable } from "./toy.ts";

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(" ", ""), "hex");
const hex = (fields: Fields, values: Values | null): string => Buffer.from(encodeValues(fields, values).msgpack ?? []).toString("hex");
const one = (field: Fields[string], wire: string): Value | undefined =>
  decodeValues({ a: field }, { msgpack: bytes(`81 a161 ${wire}`) })?.["a"];
const json = (fields: Fields, state: string): Values | null => decodeJson(fields, Buffer.from(state));

describe("decoded values", () => {
  it("reads each encoding that cty uses for numbers", () => {
    expect(one(integer(""), "07")).toBe(7);
    expect(one(integer(""), "ff")).toBe(-1);
    expect(one(integer(""), "cd 0400")).toBe(1024);
    expect(one(integer(""), "ce 80000000")).toBe(2 ** 31);
    expect(one(integer(""), "cf 0000000400000000")).toBe(2 ** 34);
    expect(one(integer(""), "d3 fffffffc00000000")).toBe(-(2 ** 34));
    expect(one(integer(""), "cb 3ff8000000000000")).toBe(1.5);
    expect(one(integer(""), "a2 3432")).toBe(42);
  });

  it("keeps the digits of integers beyond 2^53 in both directions", () => {
    expect(one(integer(""), "cf ffffffffffffffff")).toBe("18446744073709551615");
    expect(hex({ a: integer("") }, { a: "18446744073709551615" })).toBe(`81a161b43138343436373434303733373039353531363135`);
    expect(json({ a: integer("") }, `{"a": 18446744073709551615}`)).toEqual({ a: "18446744073709551615" });
  });

  it("reads an unknown value, with or without refinements", () => {
    expect(one(text(""), "d4 00 00")).toBe(UNKNOWN);
    expect(one(text(""), "c7 03 0c 81 01 c2")).toBe(UNKNOWN);
    expect(one(group("", { x: text("") }), "d4 00 00")).toBe(UNKNOWN);
    expect(hex({ a: text("") }, { a: UNKNOWN })).toBe("81a161d40000");
  });

  it("has every attribute of the table, null if the message has none", () => {
    expect(decodeValues({ a: text(""), b: boolean() }, { msgpack: bytes("81 a161 a178") })).toEqual({ a: "x", b: null });
    expect(hex({ a: text(""), b: boolean() }, { a: "x" })).toBe("82a161a178a162c0");
  });

  it("returns the same object for the same bytes and table, and another for another table", () => {
    const [one, other] = [{ a: text("") }, { a: text(""), b: text("") }];
    const sent = (text: string) => ({ msgpack: encode({ a: text }) });
    expect(decodeValues(one, sent("same"))).toBe(decodeValues(one, sent("same")));
    expect(decodeValues(other, sent("same"))).toEqual({ a: "same", b: null });
    expect(decodeValues(one, sent("othe"))).toEqual({ a: "othe" });
    for (let more = 0; more < 100; more++) decodeValues(one, sent(`${more}`));
    expect(decodeValues(one, sent("same"))).toEqual({ a: "same" });
  });

  it("is null for a missing object", () => {
    expect(decodeValues({ a: text("") }, { msgpack: bytes("c0") })).toBeNull();
    expect(decodeValues({ a: text("") }, null)).toBeNull();
    expect(hex({ a: text("") }, null)).toBe("c0");
  });

  it("refuses truncated bytes and trailing bytes", () => {
    const fields = { a: text(""), b: integer("") };
    const wires = ["81 a161 a5 78", "82 a161 a178", "81 a161 a178 c0", "81 a162 cf 00", "81 a161 dd ffffffff"];
    for (const wire of wires) expect(() => decodeValues(fields, { msgpack: bytes(wire) })).toThrow(ValueError);
  });

  it("names the position of a misfit, but not its value", () => {
    const fields = { disks: list("", { key: text("", { sensitive: true }) }) };
    const wrong = { msgpack: encode({ disks: [{ key: 4711 }] }) };
    expect(() => decodeValues(fields, wrong)).toThrow(new ValueError(["disks", 0, "key"], "a string is needed, not a number"));
    expect(() => encodeValues(fields, { disks: [{ key: 4711 }] })).toThrow("disks.0.key: a string is needed, not a number");
    expect(() => encodeValues(fields, { disk: [] })).toThrow("disk: no such attribute");
  });

  it("keeps what fits if something does not", () => {
    const fields = { id: text(""), size: integer(""), tags: texts("") };
    const recorded = decodeValues(fields, encodeKnown(fields, { id: "x", size: "much", tags: [UNKNOWN, "a"], other: 1 }));
    expect(recorded).toEqual({ id: "x", size: null, tags: [null, "a"] });
  });
});

describe("a stored state", () => {
  it("drops attributes that the table lacks, and has null for missing ones", () => {
    const state = `{"name":"n","gone":{"deep":[1]},"author":{"name":"me","old":true},"pages":[{"number":2}],"size":"12"}`;
    expect(json(noteTable.fields, state)).toMatchObject({
      name: "n",
      id: null,
      size: 12,
      author: { name: "me", mood: null, anonymous: null },
      pages: [{ number: 2, title: null }],
    });
    expect(json(noteTable.fields, state)).not.toHaveProperty("gone");
  });

  it("is returned byte for byte if it matches the table", () => {
    const fields = { a: integer(""), b: list("", { c: text("") }), d: group("", { e: boolean() }) };
    for (const stored of ['{"a": 1e3, "b": [{"c": "x"}, {"c": null}], "d": null}', '{"d": {"e": true}, "b": [], "a": null}'])
      expect(upgradeJson(fields, Buffer.from(stored))).toEqual({ json: Buffer.from(stored) });
  });

  it("is re-encoded if it does not: an extra or missing attribute or another type, at any depth", () => {
    const fields = { a: text(""), b: list("", { c: text("") }) };
    for (const stored of [
      '{"a": "x"}',
      '{"a": "x", "b": null, "z": 1}',
      '{"a": 1, "b": null}',
      '{"a": "x", "b": [{}]}',
      '{"a": "x", "b": [{"c": null, "toString": 1}]}',
      '{"a": "x", "b": {"c": "y"}}',
    ])
      expect(upgradeJson(fields, Buffer.from(stored))).toEqual(encodeValues(fields, json(fields, stored)));
  });

  it("has null for a value of another type", () => {
    expect(json({ a: group("", { b: text("") }), c: texts("") }, `{"a":"flat","c":{}}`)).toEqual({ a: null, c: null });
  });
});

const valueOf = (field: Fields[string]): fc.Arbitrary<Value> => {
  const kinds: Record<string, () => fc.Arbitrary<Value>> = {
    text: () => fc.string({ unit: "grapheme" }),
    integer: () =>
      fc.oneof(
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      ),
    boolean: () => fc.boolean(),
    texts: () => fc.array(fc.string()),
    group: () => objectOf("fields" in field ? field.fields : {}),
    list: () => fc.array(objectOf("fields" in field ? field.fields : {}), { maxLength: 3 }),
  };
  return fc.oneof(
    { weight: 6, arbitrary: kinds[field.kind]?.() ?? fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom<Value>(null, UNKNOWN) },
  );
};
const objectOf = (fields: Fields): fc.Arbitrary<Values> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueOf(field)])));

/** The library encodes objects as extensions, not symbols. */
const UNKNOWN_STANDIN = { unknown: true };
function standingIn(value: Value): unknown {
  if (value === UNKNOWN) return UNKNOWN_STANDIN;
  if (isList(value)) return value.map(standingIn);
  if (isValues(value))
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, inner]) => [name, standingIn(inner)]),
    );
  return value;
}

function outcomeOf(decode: () => unknown): unknown {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof ValueError)) return error;
  }
  return "read or refused";
}

describe("any value", () => {
  it("survives a round trip", () => {
    fc.assert(
      fc.property(objectOf(noteTable.fields), (values) => {
        expect(decodeValues(noteTable.fields, encodeValues(noteTable.fields, values))).toEqual(values);
      }),
    );
  });

  it("is compatible with another MessagePack library, whatever the order of attributes", () => {
    const unknown = new ExtensionCodec();
    unknown.register({ type: 0, encode: (value) => (value === UNKNOWN_STANDIN ? Uint8Array.of(0) : null), decode: () => UNKNOWN });
    fc.assert(
      fc.property(objectOf(noteTable.fields), (values) => {
        expect(decode(encodeValues(noteTable.fields, values).msgpack ?? [], { extensionCodec: unknown })).toEqual(values);
        const reversed = encode(standingIn(values), { extensionCodec: unknown });
        expect(decodeValues(noteTable.fields, { msgpack: reversed })).toEqual(values);
      }),
    );
  });

  it("is read, or refused with a position, for arbitrary bytes", () => {
    const valid = objectOf(noteTable.fields).map((values) => encodeValues(noteTable.fields, values).msgpack ?? new Uint8Array());
    const damaged = fc
      .tuple(valid, fc.nat(), fc.nat(255))
      .map(([good, at, byte]) => Uint8Array.from(good, (old, index) => (index === at % good.length ? byte : old)));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), (input) => {
        expect(outcomeOf(() => decodeValues(noteTable.fields, { msgpack: input }))).toBe("read or refused");
      }),
    );
  });
});
