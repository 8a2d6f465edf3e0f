import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { XdrError, XdrReader } from "../../libvirt/xdr/reader.ts";
import { XdrWriter } from "../../libvirt/xdr/writer.ts";

const hex = (write: (writer: XdrWriter) => unknown): string => {
  const writer = new XdrWriter();
  write(writer);
  return writer.bytes().toString("hex");
};
const reader = (text: string): XdrReader => new XdrReader(Buffer.from(text, "hex"));

/** Whether it returns or throws an XdrError; anything else is thrown on. */
const xdrErrorOrNone = (action: () => void): boolean => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof XdrError)) throw error;
  }
  return true;
};

describe("XDR", () => {
  test.each<[string, (writer: XdrWriter) => unknown, string]>([
    ["an int", (w) => w.int(-2), "fffffffe"],
    ["an unsigned int", (w) => w.uint(0xfffffffe), "fffffffe"],
    ["a hyper", (w) => w.hyper(-2n), "fffffffffffffffe"],
    ["an unsigned hyper from a number", (w) => w.uhyper(2 ** 40 + 1), "0000010000000001"],
    ["a double", (w) => w.double(1.5), "3ff8000000000000"],
    ["a boolean", (w) => w.bool(true), "00000001"],
    ["a string that needs padding", (w) => w.string("vm1"), "00000003766d3100"],
    ["a string that needs none", (w) => w.string("vm01"), "00000004766d3031"],
    ["an empty string", (w) => w.string(""), "00000000"],
    ["a string counted in bytes, not characters", (w) => w.string("é"), "00000002c3a90000"],
    ["opaque data", (w) => w.opaque(Buffer.from([1, 2, 3, 4, 5]), 5), "000000050102030405000000"],
    ["nothing where something may be", (w) => w.optionalString(undefined), "00000000"],
    ["something where it may be", (w) => w.optionalString("a"), "000000010000000161000000"],
    ["an array", (w) => w.array([1, 2], 2, (out, value) => out.int(value)), "000000020000000100000002"],
  ])("writes %s as RFC 4506 defines it", (_name, write, expected) => {
    expect(hex(write)).toBe(expected);
  });

  test("reads back any string and number that it wrote", () => {
    const text = fc.string({ unit: "binary", maxLength: 2000 }).filter((value) => !value.includes("\0"));
    const value = fc.record({
      text,
      int: fc.integer(),
      size: fc.maxSafeNat(),
      hyper: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
      list: fc.array(text),
      maybe: fc.option(text, { nil: undefined }),
    });
    fc.assert(
      fc.property(value, (given) => {
        const writer = new XdrWriter(28, 0);
        writer.string(given.text).int(given.int).uhyper(given.size).hyper(given.hyper).optionalString(given.maybe);
        writer.array(given.list, 100, (out, item) => out.string(item));
        const read = new XdrReader(writer.bytes(), 28);
        expect(read.string()).toBe(given.text);
        expect(read.int()).toBe(given.int);
        expect(read.size()).toBe(given.size);
        expect(read.hyper()).toBe(given.hyper);
        expect(read.optionalString()).toBe(given.maybe);
        expect(read.array(100, (item) => item.string())).toEqual(given.list);
        expect(read.remaining).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses a string beyond libvirt's maximum before reading its bytes", () => {
    expect(() => reader("00400001").string()).toThrow("at most 4194304");
    expect(() => new XdrWriter().string("x".repeat(4_194_305))).toThrow("at most 4194304");
  });

  test("refuses an array that claims more elements than its bytes can hold", () => {
    expect(() => reader("0000400000000001").array(16_384, (item) => item.int())).toThrow("16384 elements in 4 bytes");
    expect(() => reader("00004001").array(16_384, (item) => item.int())).toThrow("at most 16384");
  });

  test("refuses an optional marker that is neither 0 nor 1", () => {
    expect(() => reader("00000002").optionalString()).toThrow(XdrError);
  });

  test("refuses to send a string that libvirt would truncate at a NUL", () => {
    expect(() => new XdrWriter().string("a\0b")).toThrow("NUL");
  });

  test("reads arbitrary bytes into a value or an XdrError", () => {
    const reads: ((from: XdrReader) => unknown)[] = [
      (from) => from.int(),
      (from) => from.size(),
      (from) => from.hyper(),
      (from) => from.string(),
      (from) => from.optionalString(),
      (from) => from.opaque(100),
      (from) => from.array(1000, (item) => item.optional((inner) => inner.array(10, (deep) => deep.string()))),
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat({ max: reads.length - 1 }), { maxLength: 20 }), (bytes, order) => {
        const from = new XdrReader(bytes);
        expect(
          xdrErrorOrNone(() => {
            for (const index of order) reads[index]?.(from);
          }),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
