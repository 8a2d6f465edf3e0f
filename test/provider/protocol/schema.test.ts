import { expect, it } from "vitest";
import { boolean, group, integer, list, text, texts } from "../../../model/table.ts";
import { decodeMessage } from "../../../provider/protocol/messages.ts";
import { getProviderSchema } from "../../../provider/protocol/rpc/get-provider-schema.ts";
import { schemaOf } from "../../../provider/protocol/schema.ts";
import { Session } from "../../../provider/protocol/session.ts";
import { toy } from "./toy.ts";

const attributes = (fields: Parameters<typeof schemaOf>[0]["fields"]) =>
  schemaOf({ type: "t", element: "", doc: "D", change: "live", fields }).block?.attributes ?? [];
const typeOf = (field: Parameters<typeof attributes>[0][string]): string => Buffer.from(attributes({ a: field })[0]?.type ?? []).toString();

it("gives each kind of field its Terraform type", () => {
  expect(typeOf(text(""))).toBe(`"string"`);
  expect(typeOf(integer(""))).toBe(`"number"`);
  expect(typeOf(boolean())).toBe(`"bool"`);
  expect(typeOf(texts(""))).toBe(`["list","string"]`);
  expect(typeOf(texts("", { set: true }))).toBe(`["set","string"]`);
});

it("nests groups as single objects and lists as lists of them", () => {
  const [one, many] = attributes({ one: group("", { inner: text("") }), many: list("", { inner: text("") }) });
  expect(one?.nested_type).toMatchObject({ nesting: 1, attributes: [{ name: "inner", optional: true }] });
  expect(many?.nested_type).toMatchObject({ nesting: 2, attributes: [{ name: "inner", optional: true }] });
});

it("marks attributes as required, optional or computed", () => {
  const described = attributes({
    plain: text(""),
    required: text("", { required: true }),
    computed: text("", { computed: true }),
    both: text("", { computed: true, optional: true, sensitive: true, doc: "Both." }),
  });
  const marks = described.map(({ name, required, optional, computed, sensitive, description }) => ({
    name,
    required,
    optional,
    computed,
    sensitive,
    description,
  }));
  expect(marks).toEqual([
    { name: "plain", optional: true },
    { name: "required", required: true },
    { name: "computed", computed: true },
    { name: "both", optional: true, computed: true, sensitive: true, description: "Both." },
  ]);
});

it("encodes the whole schema once a process", async () => {
  const session = new Session<unknown>(toy);
  const bytes = await getProviderSchema(session);
  expect(await getProviderSchema(session)).toBe(bytes);
  const schema = decodeMessage("GetProviderSchemaResponse", bytes);
  expect(Object.keys(schema.resource_schemas ?? {})).toEqual(["toy_note"]);
  expect(schema.server_capabilities).toMatchObject({ plan_destroy: true, get_provider_schema_optional: true });
});
