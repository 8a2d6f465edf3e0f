import { join } from "node:path";
import { guestsOf, matchers, planOf, synthFleet, verdictsOf } from "cdkvm/testing";
import { defineRule } from "cdkvm";
import { expect, test } from "vitest";

expect.extend(matchers);

const fleet = await synthFleet(join(import.meta.dirname, "fleet.yaml"));

test("the guests are where the lock file says, with the addresses that follow from the first", () => {
  expect(guestsOf(fleet).map(({ stack, name }) => `${name} on ${stack}`)).toEqual([
    "db on kvm1",
    "web-1 on kvm1",
    "web-3 on kvm1",
    "gateway on kvm2",
    "web-2 on kvm2",
  ]);
  for (const [name, ip] of Object.entries({ "web-1": "10.30.0.11", "web-2": "10.30.0.12", "web-3": "10.30.0.13" }))
    expect(fleet).toHaveGuest(name, { ips: [ip], networks: ["lab"], memory: "1 GiB", disks: ["20 GiB"] });
  expect(fleet).toHaveGuest("gateway", { networks: ["br0", "lab"], autostart: true });
  expect(fleet.only("kvm1")).toHaveNetwork("quiet", { mode: "isolated" });
  expect(fleet.only("kvm2")).not.toHaveNetwork("quiet");
});

test("keeps a rule of the house: databases have a disk for their data", () => {
  const dataDisk = defineRule({
    name: "data-disk",
    doc: "A database has a disk for its data.",
    why: "Its root disk is replaced with the image.",
    fix: "add a disk with name: data",
    severity: "error",
    stack: ({ facts }) => {
      const volumes = new Set((facts?.volumes ?? []).map(({ name }) => name));
      return (facts?.guests ?? [])
        .filter(({ name }) => name.startsWith("db") && !volumes.has(`${name}-data.qcow2`))
        .map(({ address, name }) => ({ resource: address, name, message: `${name} has no disk for its data` }));
    },
  });
  expect(verdictsOf(dataDisk, planOf(fleet)).verdicts).toEqual([]);
});
