import fc from "fast-check";
import { expect, test } from "vitest";
import { DATA_LOSS, EMULATED, IN_USE, ON_KVM, RESTART } from "../../model/plan-warnings.ts";

const text = fc.string({ unit: "binary" }).filter((one) => !/ will restart:| is removed although it is in use:/.test(one));
const uri = fc.webUrl().map((one) => one.replaceAll(/:(?=\s)/g, ""));

test.each([
  ["a restart", RESTART, text],
  ["other users", IN_USE, text],
  ["KVM", ON_KVM, uri],
  ["emulation", EMULATED, uri],
] as const)("a warning of %s is parsed into what it was made of, and none other is", (_, { format, parse }, first) => {
  fc.assert(
    fc.property(first, text, (one, other) => {
      const summary = format(one, other);
      expect(parse(summary)).toEqual([one, other]);
      const all = [RESTART, IN_USE, ON_KVM, EMULATED].filter((warning) => warning.parse(summary) !== undefined);
      expect(all).toEqual([{ format, parse }]);
      expect(DATA_LOSS.parse(summary)).toBeUndefined();
    }),
  );
});

test("a warning of lost data is parsed into the volume's name, whatever that is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      expect(DATA_LOSS.parse(DATA_LOSS.format(name))).toBe(name);
    }),
  );
});

test("what else a provider says is parsed as none of them", () => {
  for (const { parse } of [RESTART, IN_USE, ON_KVM, EMULATED, DATA_LOSS]) expect(parse("The storage of pool vms stays")).toBeUndefined();
});
