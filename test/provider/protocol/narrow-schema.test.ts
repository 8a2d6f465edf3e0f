import fc from "fast-check";
import { zipSync, strToU8 } from "fflate";
import { writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { domain } from "../../../model/domain/index.ts";
import { narrowFields, SCHEMA_ENTRY, type SchemaSet, type Wanted } from "../../../model/schema-set.ts";
import type { Fields } from "../../../model/table.ts";
import type { Values } from "../../../model/values.ts";
import { schemaSet } from "../../../provider/protocol/schema-set.ts";
import { checkPaths, decodeValues, encodeKnown, encodeValues, NarrowSchemaError, upgradeJson } from "../../../provider/protocol/values.ts";

const wanted: Wanted = { name: 1, memory: 1, devices: { disks: { target: 1 } } };
const narrow = narrowFields(domain.fields, wanted);
const disks = (fields: Fields): Fields => (fields["devices"] as unknown as { fields: { disks: { fields: Fields } } }).fields.disks.fields;
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

test("a narrow schema has what is needed, what is required and what is computed", () => {
  expect(Object.keys(narrow)).toEqual(expect.arrayContaining(["name", "memory", "devices", "id", "uuid"]));
  expect(Object.keys(narrow)).not.toContain("title");
  expect(Object.keys(disks(narrow))).toContain("target");
  expect(Object.keys(disks(narrow))).not.toContain("serial");
  expect(narrowFields(domain.fields, 1)).toBe(domain.fields);
});

test("values have the table's form, whatever the schema", () => {
  const values: Values = { name: "web1", memory: 64, devices: { disks: [{ target: { dev: "vda" } }] } };
  const full = decodeValues(domain.fields, encodeValues(domain.fields, values));
  expect(decodeValues(narrow, encodeValues(narrow, values))).toEqual(full);
  expect(decodeValues(narrow, encodeValues(narrow, full))).toEqual(full);
});

test("a value outside the schema is refused, wherever it comes from, and never dropped", () => {
  const outside: Values = { name: "web1", devices: { disks: [{ serial: "s1" }] } };
  expect(() => encodeValues(narrow, outside)).toThrow(NarrowSchemaError);
  expect(() => upgradeJson(narrow, json(outside))).toThrow(/devices.disks.0.serial/);
  expect(() => checkPaths(narrow, [["devices", "disks", 0, "serial"]])).toThrow(NarrowSchemaError);
  expect(() => checkPaths(narrow, [["devices", "disks", 0, "target", "dev"]])).not.toThrow();
  expect(() => encodeValues(narrow, { name: "web1", no_such: "x" })).toThrow("no such attribute");
});

test("a state with null for every attribute is read, as one that an engine stored with all attributes", () => {
  const stored = Object.fromEntries(Object.keys(domain.fields).map((name) => [name, name === "name" ? "web1" : null]));
  expect(decodeValues(narrow, upgradeJson(narrow, json(stored)))).toMatchObject({ name: "web1", title: null });
  expect(decodeValues(domain.fields, upgradeJson(domain.fields, json({ name: "web1" })))).toMatchObject({ name: "web1", title: null });
});

test("after a failure, what fits is recorded", () => {
  expect(decodeValues(narrow, encodeKnown(narrow, { name: "web1", title: "one" }))).toMatchObject({ name: "web1", title: null });
});

/** The smallest set that has a value. */
const needOf = (values: Values): Wanted =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]): [string, Wanted][] => {
      if (value === null) return [];
      if (name === "devices") return [[name, { disks: 1 }]];
      return [[name, 1]];
    }),
  );

test("what a set was built from survives encoding", () => {
  const value = fc.record({
    name: fc.string(),
    title: fc.option(fc.string()),
    memory: fc.option(fc.integer({ min: 1, max: 4096 })),
    devices: fc.option(fc.record({ disks: fc.array(fc.record({ serial: fc.option(fc.string()) })) })),
  });
  fc.assert(
    fc.property(value, (values) => {
      const fields = narrowFields(domain.fields, needOf(values));
      expect(decodeValues(fields, encodeValues(fields, values))).toEqual(decodeValues(domain.fields, encodeValues(domain.fields, values)));
    }),
  );
});

const set: SchemaSet = { resources: { libvirt_domain: { name: 1 } }, data: {} };

test("the set comes from cdkvm; an engine that is run by hand has all attributes", () => {
  expect(schemaSet({ CDKVM_SCHEMA: JSON.stringify(set) }, [])).toEqual(set);
  expect(schemaSet({ CDKVM_SCHEMA: "full" }, [])).toBeUndefined();
  expect(schemaSet({}, ["plan"])).toBeUndefined();
});

test("an engine that is run by hand on a saved plan has the attributes that the plan was made with", () => {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-plan-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const plan = join(folder, "plan");
  writeFileSync(plan, zipSync({ tfplan: strToU8(""), [SCHEMA_ENTRY]: strToU8(JSON.stringify(set)) }));
  expect(schemaSet({}, ["apply", "-no-color", plan])).toEqual(set);
  expect(schemaSet({}, ["show", "-json", plan])).toEqual(set);
  expect(schemaSet({}, ["plan", `-out=${plan}`])).toBeUndefined();
  writeFileSync(plan, zipSync({ tfplan: strToU8("") }));
  expect(schemaSet({}, ["apply", plan])).toBeUndefined();
  expect(schemaSet({}, ["apply", join(folder, "none")])).toBeUndefined();
});
