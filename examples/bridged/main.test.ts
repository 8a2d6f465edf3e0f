import { join } from "node:path";
import { matchers, planOf, synthProgram } from "cdkvm/testing";
import { expect, test } from "vitest";

expect.extend(matchers);

const program = join(import.meta.dirname, "main.ts");

test("guests on the host's own network, on VLANs, and on an interface alone", async () => {
  const bridged = await synthProgram(program);
  expect(bridged).toHaveGuest("proxy", { networks: ["br0", "trunk"], disks: ["10 GiB"], memory: "1 GiB" });
  expect(bridged).toHaveGuest("nas", { networks: ["trunk", "eno2"], memory: "4 GiB" });
  expect(bridged).toHaveNetwork("trunk", { mode: "bridge", addresses: [] });
  expect(planOf(bridged, bridged)).toPlan({});
});
