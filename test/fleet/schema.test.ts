import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fleetGuest, fleetNetwork, fleetPool, fleetSchema } from "../../fleet/schema.ts";
import { diskProps } from "../../model/props/vm.ts";
import { dataOf } from "./arbitrary.ts";

const published = JSON.parse(readFileSync(new URL("../../docs/reference/fleet.schema.json", import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, validateFormats: false }).compile(published);

interface Issue {
  readonly code: string;
  readonly errors?: readonly (readonly Issue[])[];
  /** The keyword of the JSON Schema that says what a check of our own says. */
  readonly params?: { readonly keyword?: string };
}

/** Whether an issue is about structure, which a JSON Schema can say, rather than about what a string means. */
const structural = ({ code, errors, params }: Issue): boolean =>
  code === "custom"
    ? params?.keyword !== undefined
    : code === "invalid_union" && errors && errors.length > 0
      ? errors.every((branch) => branch.some(structural))
      : true;

const zodTakes = (data: unknown): boolean => {
  const result = fleetSchema.safeParse(data);
  return result.success || !(result.error.issues as readonly Issue[]).some(structural);
};

const hosts = { kvm1: "qemu:///system" };
const fleets = fc.oneof(
  dataOf(fleetSchema),
  dataOf(fleetGuest).map((web) => ({ hosts, guests: { web } })),
  dataOf(diskProps).map((disk) => ({ hosts, guests: { web: { disks: [disk] } } })),
  dataOf(fleetNetwork).map((lab) => ({ hosts, networks: { lab } })),
  dataOf(fleetPool).map((fast) => ({ hosts, pools: { fast } })),
);

describe("the published JSON Schema", () => {
  test("accepts exactly the structures that the zod schemas accept", () => {
    const seen = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(fleets, (data) => {
        const taken = validate(data);
        seen[taken ? "taken" : "refused"]++;
        expect({ taken, errors: taken ? [] : validate.errors?.slice(0, 3) }).toMatchObject({ taken: zodTakes(data) });
      }),
      { numRuns: 1500 },
    );
    // Both results must occur for their agreement to mean anything.
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(100);
  });

  test("describes keys for editors", () => {
    const { $defs } = published as { $defs: Record<string, { properties: Record<string, { description?: string }> }> };
    expect($defs["Guest"]?.properties["count"]?.description).toContain("<name>-1, <name>-2");
    expect($defs["Guest"]?.properties["maxMemory"]?.description).toBe("Memory that the running guest can grow to. Default: memory.");
  });
});
