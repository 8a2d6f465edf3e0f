import { expect, test } from "vitest";
import { engineEnvironment } from "../../engine/environment.ts";

test("an engine may let its garbage grow, up to a limit", () => {
  expect(engineEnvironment({})).toMatchObject({ GOGC: "400", GOMEMLIMIT: "1GiB" });
});

test.each([{ GOGC: "100" }, { GOMEMLIMIT: "256MiB" }])("the caller's own settings of Go's memory hold: %o", (own) => {
  const { GOGC, GOMEMLIMIT } = engineEnvironment(own);
  expect({ GOGC, GOMEMLIMIT }).toEqual({ GOGC: undefined, GOMEMLIMIT: undefined, ...own });
});

test("what would change an engine's words or stop it does not reach it", () => {
  const kept = engineEnvironment({
    TF_CLI_ARGS_plan: "-refresh=false",
    TF_LOG: "trace",
    TF_CLI_CONFIG_FILE: "/nonexistent/terraformrc",
    HOME: "/home/me",
  });
  expect(Object.keys(kept).toSorted()).toEqual(["CHECKPOINT_DISABLE", "GOGC", "GOMEMLIMIT", "HOME", "TF_INPUT", "TF_IN_AUTOMATION"]);
});
