import { expect, test } from "vitest";
import { asText, UNKNOWN, type Value } from "../../model/values.ts";

test("a value is printed as itself, never as null, a symbol or [object Object]", () => {
  const values: (Value | undefined)[] = [undefined, null, "web1", 2, true, UNKNOWN, ["a", 1], { name: "web1" }];
  expect(values.map(asText)).toEqual(["", "", "web1", "2", "true", "(known after apply)", '["a",1]', '{"name":"web1"}']);
});
