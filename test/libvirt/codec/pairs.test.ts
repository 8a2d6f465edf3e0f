import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { complete } from "../../../attributes/complete.ts";
import { readXml } from "../../../libvirt/codec/read.ts";
import { refresh } from "../../../attributes/refresh.ts";
import { planCreate, planUpdate, settle } from "../../../attributes/plan.ts";
import { sameFields } from "../../../attributes/equality.ts";
import { unmapped } from "../../../libvirt/codec/unmapped.ts";
import { writeXml } from "../../../libvirt/codec/write.ts";
import { parseXml, serializeXml } from "../../../model/xml.ts";
import type { Fields } from "../../../model/table.ts";
import { isList, isValues, type Value, type Values } from "../../../model/values.ts";
import { domain } from "../../../model/domain/index.ts";
import { network } from "../../../model/network.ts";
import { pool } from "../../../model/pool.ts";
import { volume } from "../../../model/volume.ts";

const folder = new URL("../../fixtures/pairs/", import.meta.url);
const tables = { domain, network, pool, volume };
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.replace(".json", ""));

/** What of a configuration stands in the XML. */
function inXml(fields: Fields, values: Values): Values {
  const result: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (field === undefined || field.at === "" || value === null) continue;
    if (field.kind === "group" && isValues(value)) result[name] = inXml(field.fields, value);
    else if (field.kind === "list" && isList(value))
      result[name] = value.map((item) => (isValues(item) ? inXml(field.fields, item) : item));
    else result[name] = value;
  }
  return result;
}

describe.each(names)("%s, as libvirt stores it", (name) => {
  const table = tables[name.split(".")[0] as keyof typeof tables];
  const config = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Values;
  const kept = parseXml(readFileSync(new URL(`${name}.xml`, folder), "utf8"));
  const full = complete(table, config);

  it("has every attribute of the configuration in the table", () => {
    expect(unknownNames(table.fields, config)).toEqual([]);
  });

  it("reads back what was written", () => {
    const written = parseXml(serializeXml(writeXml(table, full)));
    const back = readXml(table, written);
    const want = inXml(table.fields, config);
    expect(sameFields(table, want, back)).toBe(true);
    expect(unmapped(table, written)).toEqual([]);
  });

  it("equals the configuration", () => {
    const state = refresh(table, full, readXml(table, kept));
    const expected = refreshedComputed(table.fields, full, state);
    expect(state).toEqual(expected);
    const plan = planUpdate(table, state, { ...state, ...config });
    expect(plan.changes).toEqual([]);
    expect(plan.planned).toEqual(state);
  });

  it("settles without changing planned values", () => {
    const settled = settle(table, planCreate(table, config), readXml(table, kept));
    expect(planUpdate(table, refresh(table, settled, readXml(table, kept)), settled).changes).toEqual([]);
  });

  it("keeps what libvirt assigned when the same configuration is merged", () => {
    const over = writeXml(table, full, { over: kept, prior: full });
    expect(sameFields(table, readXml(table, over), readXml(table, kept))).toBe(true);
  });
});

function unknownNames(fields: Fields, values: Values, path = ""): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const field = fields[name];
    if (field === undefined) return [`${path}${name}`];
    if (field.kind === "group" && isValues(value)) return unknownNames(field.fields, value, `${path}${name}.`);
    if (field.kind === "list" && isList(value))
      return value.flatMap((item) => (isValues(item) ? unknownNames(field.fields, item, `${path}${name}.`) : []));
    return [];
  });
}

/** The configuration, with the computed attributes of the state where it leaves them open. */
function refreshedComputed(fields: Fields, config: Values, state: Values): Values {
  const result: Record<string, Value> = { ...config };
  for (const [name, field] of Object.entries(fields)) {
    const value = config[name];
    const other = state[name];
    if (field.computed && value === null && other !== undefined) result[name] = other;
    else if (field.kind === "group" && isValues(value) && isValues(other)) result[name] = refreshedComputed(field.fields, value, other);
    else if (field.kind === "list" && isList(value) && isList(other))
      result[name] = value.map((item, index) =>
        isValues(item) && isValues(other[index]) ? refreshedComputed(field.fields, item, other[index]) : item,
      );
  }
  return result;
}
