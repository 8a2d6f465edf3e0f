import { expect, test } from "vitest";
import { isDestroying } from "../../../provider/protocol/destroying.ts";

const given = (words: string, environment = {}): boolean => isDestroying(environment, words.split(" "));

test.each(["destroy -auto-approve", "-chdir=web destroy", "plan -destroy -out=p", "apply --destroy", "plan -destroy=true"])(
  "an engine with %s destroys",
  (words) => expect(given(words)).toBe(true),
);

test.each(["plan", "apply -auto-approve", "plan -out=destroy", "apply destroy", "plan -destroy=false", "import a destroy"])(
  "an engine with %s does not",
  (words) => expect(given(words)).toBe(false),
);

test("cdkvm announces a destroy in the environment", () => {
  expect(given("plan", { CDKVM_DESTROY: "1" })).toBe(true);
  expect(given("plan", { CDKVM_DESTROY: "" })).toBe(false);
});
