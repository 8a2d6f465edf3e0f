import fc from "fast-check";
import type { z } from "zod";

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly getter?: () => z.ZodType;
}

/** What schemas of strings are fed with: some of it fits each of their patterns. */
const words = [
  "web", "lab", "a b", "", "/srv/vms", "4 GiB", "10.0.0.0/24", "10.0.0.10", "fd00::/64", "52:54:00:12:34:56", "qemu:///system",
  "0644", "$6$salt$hash", "iqn.2013-06.com.example:t", "sda", "Root", "_x", "5 min", "https://example.org/a.qcow2", "two\nlines",
  "8b7d3c0e-1b5f-4e55-9e0a-0d6a6f6c2f10", "x".repeat(37),
]; // prettier-ignore

const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, -1, 0, 1.5, 42, 70_000, "true", [], {}, [[]], { name: "x" }, ["web"]),
  fc.constantFrom(...words),
);

/** Values that follow a schema's structure, most of the time: sometimes a value is another, a key is missing, or one too many. */
export function dataOf(schema: z.ZodType, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: depth === 0 ? 0 : 1, arbitrary: junk }, { weight: 40, arbitrary: fitting(schema, depth) });
}

function fitting(schema: z.ZodType, depth: number): fc.Arbitrary<unknown> {
  const definition = schema._zod.def as unknown as Definition;
  const below = (inner: z.ZodType | undefined): fc.Arbitrary<unknown> => (inner ? dataOf(inner, depth + 1) : junk);
  if (depth > 12) return junk;
  switch (definition.type) {
    case "optional":
      return below(definition.innerType);
    case "nullable":
      return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 9, arbitrary: below(definition.innerType) });
    case "object":
      return objectOf(definition.shape ?? {}, depth);
    case "record":
      return fc.dictionary(
        fc.oneof(
          { weight: 1, arbitrary: fc.constantFrom("a b", "-x", "ü") },
          { weight: 9, arbitrary: fc.constantFrom("web", "db-1", "lab", "X.y") },
        ),
        below(definition.valueType),
        { maxKeys: 2 },
      );
    case "array":
      return fc.array(below(definition.element), { maxLength: 2 });
    case "union":
      return fc.oneof(...(definition.options ?? []).map((option) => fitting(option, depth + 1)));
    case "lazy":
      return junk;
    case "enum":
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case "literal":
      return fc.constantFrom(...(definition.values ?? []));
    case "boolean":
      return fc.boolean();
    case "number":
      return fc.constantFrom(1, 2, 42, 1500, 5900, 0, 2.5, 100_000);
    case "string":
      return fc.constantFrom(...words);
    default:
      return junk;
  }
}

function objectOf(shape: Readonly<Record<string, z.ZodType>>, depth: number): fc.Arbitrary<unknown> {
  const required = Object.keys(shape).filter((key) => shape[key]?._zod.optin !== "optional");
  const optional = Object.keys(shape).filter((key) => !required.includes(key));
  return fc
    .record({
      present: fc.subarray(optional, { maxLength: Math.min(5, optional.length) }),
      missing: fc.oneof({ weight: 20, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(required) }),
      more: fc.oneof({ weight: 20, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.constant({ memroy: 1 }) }),
    })
    .chain(({ present, missing, more }) => {
      const keys = [...required.filter((key) => !missing.includes(key as never)), ...present];
      const parts = Object.fromEntries(keys.map((key) => [key, dataOf(shape[key] as z.ZodType, depth + 1)]));
      return fc.record(parts).map((data) => ({ ...data, ...more }));
    });
}
