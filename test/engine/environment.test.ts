import { expect, test } from "vitest";
import { engineEnvironment } from "../../engine/environment.ts";

test("an engine's heap may grow, up to a limit", () => {
  expect(engineEnvironment({})).toMatchObject({ GOGC: "400", GOMEMLIMIT: "1GiB" });
});

test.each([{ GOGC: "100" }, { GOMEMLIMIT: "256MiB" }])("the caller's own settings of Go's memory are kept: %o", (own) => {
  const { GOGC, GOMEMLIMIT } = engineEnvironment(own);
  expect({ GOGC, GOMEMLIMIT }).toEqual({ GOGC: undefined, GOMEMLIMIT: undefined, ...own });
});

test("an engine's environment keeps variables and credentials, but not logs, extra arguments or missing files", () => {
  const kept = { PATH: "/bin", TF_VAR_a: "1", TF_TOKEN_x: "t", TF_CLI_CONFIG_FILE: import.meta.filename };
  const env = engineEnvironment({ ...kept, TF_LOG: "TRACE", TF_LOG_PATH: "x", TF_CLI_ARGS: "-x", TF_CLI_ARGS_plan: "-y" });
  expect(env).toEqual({
    ...kept,
    GOGC: "400",
    GOMEMLIMIT: "1GiB",
    CDKVM_CLI: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    CHECKPOINT_DISABLE: "1",
  });
  expect(engineEnvironment({ TF_CLI_CONFIG_FILE: "/nonexistent" }, { log: "WARN" })).toMatchObject({ TF_LOG: "WARN" });
  expect(engineEnvironment({ TF_CLI_CONFIG_FILE: "/nonexistent" })).not.toHaveProperty("TF_CLI_CONFIG_FILE");
});
