import { expect, test } from "vitest";
import { engineFailure } from "../../engine/failure.ts";
import type { Diagnostic } from "../../engine/diagnostics.ts";

const failed = async (summary: string, more: { stack?: string; typed?: string }): Promise<string | undefined> => {
  const diagnostics: Diagnostic[] = [{ severity: "error", summary, detail: "" }];
  const finished = { code: 1, signal: null, stdout: "", stderr: "", interrupted: false };
  const lockOf = () => Promise.resolve({ who: "ops@kvm1", since: "", operation: "", by: undefined });
  return (await engineFailure({ program: "tofu", command: "plan", folder: "/nowhere", finished, diagnostics, lockOf, ...more })).details
    .fix;
};

test("commands in errors can be typed as they are, also for a fleet file", async () => {
  const fleet = { stack: "kvm1", typed: "kvm1 lab.yaml" };
  const locked = "Error acquiring the state lock";
  expect(await failed(locked, { stack: "kvm1" })).toContain("`cdkvm unlock kvm1`");
  expect(await failed(locked, fleet)).toContain("`cdkvm unlock kvm1 lab.yaml`");
  expect(await failed("Saved plan is stale", fleet)).toBe("plan again: `cdkvm plan kvm1 lab.yaml --out FILE`");
});
