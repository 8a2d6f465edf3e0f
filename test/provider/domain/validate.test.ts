import { expect, test } from "vitest";
import { complete } from "../../../attributes/complete.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { UNKNOWN, type Values } from "../../../model/values.ts";
import { validate } from "../../../provider/domain/planning/validate.ts";

const problems = (more: Values): { at: string; summary: string }[] =>
  validate(complete(table, { name: "web1", type: "kvm", memory: 2, memory_unit: "GiB", vcpu: 2, ...more })).map(({ path, summary }) => ({
    at: (path ?? []).join("."),
    summary,
  }));

test("a valid configuration has no problems, and unknown values none yet", () => {
  expect(problems({})).toEqual([]);
  expect(problems({ memory: UNKNOWN, current_memory: 4, current_memory_unit: "GiB", name: UNKNOWN })).toEqual([]);
});

test.for([
  [{ name: "a/b" }, "name", '"a/b" cannot be a guest\'s name'],
  [{ memory: null }, "memory", "The guest has no memory"],
  [{ vcpu: 0 }, "vcpu", "vcpu = 0 is less than 1"],
  [{ current_memory: 4096, current_memory_unit: "MiB" }, "current_memory", "current_memory, 4096 MiB, is more than memory, 2 GiB"],
  [{ maximum_memory: 1, maximum_memory_unit: "GiB" }, "memory", "memory, 2 GiB, is more than maximum_memory, 1 GiB"],
  [{ restart: "maybe" }, "restart", 'restart = "maybe" is neither "allowed" nor "never"'],
  [
    { devices: { disks: [{ boot: { order: 1 } }], interfaces: [{ boot: { order: 2 } }, { boot: { order: 1 } }] } },
    "devices.interfaces.1.boot.order",
    "interface 2 has the same place in the boot order as disk 1: 1",
  ],
  [{ vcpu_current: 3 }, "vcpu_current", "vcpu_current, 3, is more than vcpu, 2"],
  [
    { devices: { disks: [{ target: { dev: "vda" } }, { target: { dev: "vda" } }] } },
    "devices.disks.1.target.dev",
    "disk 2 has the same target.dev as disk 1: vda",
  ],
  [
    { devices: { interfaces: [{ mac: { address: "52:54:00:00:00:0A" } }, { mac: { address: "52:54:00:00:00:0a" } }] } },
    "devices.interfaces.1.mac.address",
    "interface 2 has the same mac.address as interface 1: 52:54:00:00:00:0a",
  ],
] as const)("%j is refused at %s", ([more, at, summary]) => {
  expect(problems(more as Values)).toEqual([{ at, summary }]);
});

test("an interface of a failover team can share its MAC address", () => {
  const mac = { address: "52:54:00:00:00:0a" };
  const team = (transient: string): Values => ({
    devices: {
      interfaces: [
        { mac, teaming: { type: "persistent" } },
        { mac, teaming: { type: transient, persistent: "ua-backup0" } },
      ],
    },
  });
  expect(problems(team("transient"))).toEqual([]);
  expect(problems(team("persistent"))).toHaveLength(1);
});
