import { expect, test } from "vitest";
import type { SchemaSet } from "../../../model/schema-set.ts";
import { table, text } from "../../../model/table.ts";
import { UNKNOWN, type Values } from "../../../model/values.ts";
import type { Resource } from "../../../provider/protocol/resource.ts";
import { applyResourceChange } from "../../../provider/protocol/rpc/apply-resource-change.ts";
import { Session } from "../../../provider/protocol/session.ts";
import { decodeValues, encodeValues } from "../../../provider/protocol/values.ts";

const note = table({
  type: "toy_note",
  element: "note",
  doc: "A note.",
  change: "live",
  fields: { id: text("", { computed: true }), name: text("name"), title: text("title") },
});

/** A create that keeps a state and fails. */
async function failing(kept: Values, schema?: SchemaSet) {
  const resource = {
    table: note,
    create: async (_planned: Values, _config: Values, context: { keep(state: Values): void }) => {
      context.keep(kept);
      throw new Error("disk on fire");
    },
  } as unknown as Resource<unknown>;
  const provider = { table: note, resources: [resource], dataSources: [], configure: async () => ({}), close: async () => {} };
  const session = new Session<unknown>(provider, false, schema);
  session.configure({});
  const fields = session.fields(note);
  const response = await applyResourceChange(session, {
    type_name: note.type,
    prior_state: encodeValues(fields, null),
    planned_state: encodeValues(fields, { id: UNKNOWN, name: "one" }),
    config: encodeValues(fields, { name: "one" }),
  });
  return { state: decodeValues(fields, response.new_state), problems: response.diagnostics?.map(({ summary }) => summary) };
}

test("after a failed create, what is known is recorded, and nothing unknown", async () => {
  expect(await failing({ id: UNKNOWN, name: "one" })).toEqual({
    state: { id: null, name: "one", title: null },
    problems: ["disk on fire"],
  });
});

test("after a failed create, a value outside the schema is reported next to the failure", async () => {
  const schema: SchemaSet = { resources: { toy_note: { name: 1 } }, data: {} };
  const { state, problems } = await failing({ id: UNKNOWN, name: "one", title: "first" }, schema);
  expect(state).toEqual({ id: null, name: "one", title: null });
  expect(problems).toEqual(["disk on fire", expect.stringContaining("title has a value")]);
});
