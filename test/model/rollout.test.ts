import { expect, test } from "vitest";
import { rolloutSettings } from "../../model/rollout.ts";

test("a provider without a rollout holds nothing back; one with an empty rollout goes one by one, by the agent", () => {
  expect(rolloutSettings({ uri: "qemu:///system", rollout: null })).toBeUndefined();
  expect(rolloutSettings({ rollout: {} })).toEqual({ atOnce: 1, wait: "agent", timeout: 300, abortAfter: 1 });
  expect(rolloutSettings({ rollout: { at_once: 3, command: "true", wait: null } })).toMatchObject({ atOnce: 3, wait: { command: "true" } });
});
