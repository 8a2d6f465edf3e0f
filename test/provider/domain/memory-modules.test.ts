import { expect, test } from "vitest";
import type { Values } from "../../../model/values.ts";
import { withModulesApart } from "../../../provider/domain/observing/memory-modules.ts";

const actual: Values = {
  memory: 192 * 1024,
  current_memory: 192 * 1024,
  devices: { memorydevs: [{ model: "dimm", target: { size: 128 * 1024 } }] },
};

test.for([
  ["the memory without its modules stays what the configuration says", { memory: 64, memory_unit: "MiB" }, 64 * 1024],
  ["the memory with its modules stays too", { memory: 192, memory_unit: "MiB" }, 192 * 1024],
  ["any other memory is drift", { memory: 128, memory_unit: "MiB" }, 192 * 1024],
] as const)("%s", ([, state, memory]) => {
  expect(withModulesApart(state, actual)["memory"]).toBe(memory);
});
