import { join } from "node:path";
import { matchers, planOf, synthProgram } from "cdkvm/testing";
import { expect, test } from "vitest";

expect.extend(matchers);

const program = join(import.meta.dirname, "main.ts");

test("web servers on two hosts, which take turns, and a database on a third", async () => {
  const fleet = await synthProgram(program);
  expect(fleet.only("kvm1")).toHaveGuest("web-1", { networks: ["web"], memory: "192 MiB" });
  expect(fleet.only("kvm2")).toHaveGuest("web-3", { networks: ["web"] });
  expect(fleet.only("kvm3")).toHaveGuest("db-1", { networks: ["data"], disks: ["1 GiB"] });
  expect(fleet.only("kvm3")).toHaveVolume("exports.qcow2", { size: "2 GiB" });
});

test("another kernel restarts all guests, and touches no volume", async () => {
  const [now, later] = [await synthProgram(program), await synthProgram(program, { CDKVM_DEMO_KERNEL: "/boot/vmlinuz" })];
  expect(planOf(later, now)).toPlan({ restart: ["db-1", "web-1", "web-2", "web-3"] });
});
