import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../engine/events.ts";
import { actionKind, parsePlan } from "../../engine/plan.ts";
import { isMasked, parseState } from "../../engine/state.ts";

/** Made by real engines, see fixtures/README.md. */
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");

describe.each(["tofu", "terraform"])("what %s prints", (engine) => {
  const plan = parsePlan(fixture(`plan.${engine}.json`));
  const change = (address: string) => plan.resourceChanges.find((one) => one.address === address);

  test("a plan has each resource's action", () => {
    expect(Object.fromEntries(plan.resourceChanges.map((one) => [one.address, actionKind(one.change)]))).toEqual({
      "terraform_data.added[0]": "create",
      "terraform_data.added[1]": "create",
      "terraform_data.changed": "update",
      "terraform_data.gone": "delete",
      "terraform_data.kept": "no-op",
      "terraform_data.new_name": "no-op",
      "terraform_data.replaced": "replace",
      "terraform_data.secret": "update",
    });
    expect(plan).toMatchObject({ errored: false, applyable: true, complete: true, resourceDrift: [], diagnostics: [] });
  });

  test("a plan has reasons, unknown and sensitive values, and moves", () => {
    expect(change("terraform_data.replaced")).toMatchObject({
      action_reason: "replace_because_cannot_update",
      change: { replace_paths: [["triggers_replace"]] },
    });
    expect(change("terraform_data.gone")).toMatchObject({ action_reason: "delete_because_no_resource_config", change: { after: null } });
    expect(change("terraform_data.changed")?.change.after_unknown).toMatchObject({ output: true });
    expect(change("terraform_data.new_name")).toMatchObject({ previous_address: "terraform_data.old_name" });
    const mask = change("terraform_data.secret")?.change.after_sensitive;
    expect([isMasked(mask, ["input"]), isMasked(mask, ["id"])]).toEqual([true, false]);
  });

  test("a plan has outputs, before and after", () => {
    expect(plan.outputChanges["size"]).toMatchObject({ actions: ["update"], before: "4 GiB", after: "8 GiB" });
    expect(plan.outputChanges["id"]).toMatchObject({ after_unknown: true, after_sensitive: true });
  });

  test("a state has its resources and outputs", () => {
    const state = parseState(fixture(`state.${engine}.json`));
    expect(state.resources.map((one) => one.name).toSorted()).toEqual(["changed", "gone", "kept", "old_name", "replaced", "secret"]);
    expect(state.outputs["size"]).toMatchObject({ value: "4 GiB", sensitive: false });
  });

  test("each line of the event stream is recognized", () => {
    const events = fixture(`plan-events.${engine}.jsonl`)
      .split("\n")
      .filter((line) => line !== "")
      .map(parseEvent);
    expect(events.filter((event) => event.type === "other")).toEqual([]);
    expect(events.find((event) => event.type === "change_summary")).toMatchObject({
      changes: { add: 3, change: 2, remove: 2, operation: "plan" },
    });
  });
});

const minimal = { format_version: "1.2", terraform_version: "1.12.6" };

test("a newer minor version is read, ignoring its additions", () => {
  expect(parsePlan(JSON.stringify({ ...minimal, format_version: "1.99", novelty: {} }))).toMatchObject({
    formatVersion: "1.99",
    resourceChanges: [],
    applyable: false,
  });
});

test("a newer major version is an error that names both", () => {
  expect(() => parsePlan(JSON.stringify({ ...minimal, format_version: "2.0" }))).toThrow(
    /2\.0 is not supported; this cdkvm supports 0\.x and 1\.x/,
  );
});

test.each(["", "no JSON", "[]", "null", "{}", '{"format_version":1}'])("%j is not a plan", (text) => {
  expect(() => parsePlan(text)).toThrow(expect.objectContaining({ code: "CDKVM_ENGINE_OUTPUT" }));
});

test("both orders of a replacement, and forgetting, have their action", () => {
  const kinds = [["delete", "create"], ["create", "delete"], ["create", "forget"], ["forget"], ["read"], ["no-op"]] as const;
  expect(kinds.map((actions) => actionKind({ actions }))).toEqual(["replace", "replace", "replace", "forget", "read", "no-op"]);
});

test("without `applyable`, a plan that only imports or moves is applied", () => {
  const one = {
    address: "a.b",
    mode: "managed",
    type: "a",
    name: "b",
    provider_name: "p",
    change: { actions: ["no-op"], before: {}, after: {} },
  };
  const applyable = (change: object): boolean => parsePlan(JSON.stringify({ ...minimal, resource_changes: [change] })).applyable;
  expect([
    applyable(one),
    applyable({ ...one, previous_address: "a.c" }),
    applyable({ ...one, change: { ...one.change, importing: { id: "x" } } }),
  ]).toEqual([false, true, true]);
});

test.each(["", "panic: runtime error", "{broken", '{"type":"novelty","@message":"hello"}', '{"type":"apply_start"}'])(
  "a line that is no known event is kept as it is: %j",
  (line) => {
    expect(parseEvent(line)).toMatchObject({ type: "other" });
  },
);
