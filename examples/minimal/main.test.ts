import { join } from "node:path";
import { matchers, planOf, synthProgram } from "cdkvm/testing";
import { expect, test } from "vitest";

expect.extend(matchers);

const program = join(import.meta.dirname, "main.ts");

test("one guest with a disk of its own, and nothing to do once it is applied", async () => {
  const minimal = await synthProgram(program);
  expect(minimal).toHaveGuest("web1", { cpus: 2, memory: "2 GiB", disks: ["20 GiB"], networks: [] });
  expect(planOf(minimal)).toPlan({ create: ["minimal", "web1", "web1-vda.qcow2"] });
  expect(planOf(minimal, minimal)).toPlan({});
});
