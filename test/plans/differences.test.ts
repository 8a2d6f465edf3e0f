import { describe, expect, test } from "vitest";
import { changedParts, configurationDigest, differencesOf, type Now, PlansOutdated, type StackNow, standingOf } from "../../plans/index.ts";
import { manifestOf, stackEntry } from "./manifest.ts";

const { sha256, engine, provider, schema, configuration, state, dependencies } = stackEntry();
const same: StackNow = { sha256, engine, provider, schema, configuration, state, dependencies, parts: [] };
const now = (stack: Partial<StackNow> = {}, more: Partial<Now> = {}): Now => ({
  cdkvm: "0.1.0",
  commit: "f".repeat(40),
  stacks: new Map([["kvm1", { ...same, ...stack }]]),
  ...more,
});
const fields = (found: Now): readonly string[] => differencesOf(manifestOf(), [stackEntry()], found).map(({ field }) => field);

describe("a plan folder and what is there now", () => {
  test("are the same if nothing has moved", () => {
    expect(fields(now())).toEqual([]);
  });

  test.for<[string, Partial<StackNow>]>([
    ["file", { sha256: "0".repeat(64) }],
    ["file", { sha256: undefined }],
    ["configuration", { configuration: "0".repeat(64) }],
    ["engine", { engine: { kind: "terraform", version: "1.12.6" } }],
    ["engine", { engine: { kind: "tofu", version: "1.12.7" } }],
    ["provider", { provider: { kind: "registry", version: "0.1.0" } }],
    ["provider", { provider: { kind: "embedded", version: "0.2.0" } }],
    ["provider", { provider: null }],
    ["schema", { schema: "full" }],
    ["dependencies", { dependencies: [] }],
    ["state", { state: { lineage: "one", serial: 5 } }],
    ["state", { state: { lineage: "two", serial: 4 } }],
    ["state", { state: null }],
  ])("differ in the %s", ([field, moved]) => {
    expect(fields(now(moved))).toEqual([field]);
  });

  test("differ in the commit, in cdkvm, and in a stack that the program no longer has", () => {
    expect(fields(now({}, { commit: undefined }))).toEqual(["commit"]);
    expect(fields(now({}, { cdkvm: "0.2.0" }))).toEqual(["cdkvm"]);
    expect(fields(now({}, { stacks: new Map() }))).toEqual(["stack"]);
    const { git: _, ...outside } = manifestOf();
    expect(differencesOf(outside, [stackEntry()], now())).toEqual([]);
  });

  test("are told in one error, with every difference", () => {
    const found = differencesOf(
      manifestOf(),
      [stackEntry()],
      now({ state: null, configuration: "0".repeat(64), parts: ["libvirt_domain.web1"] }, { cdkvm: "0.2.0" }),
    );
    expect(new PlansOutdated("plans/", found).explain()).toContain(
      [
        "  - cdkvm: planned 0.1.0, now 0.2.0",
        `  - kvm1: SHA-256 of the configuration: planned ${"c".repeat(64)}, now ${"0".repeat(64)}: libvirt_domain.web1`,
        "  - kvm1: state: planned serial 4 of one, now no state",
      ].join("\n"),
    );
  });
});

describe("a configuration", () => {
  const text = (data: object): string => JSON.stringify(data);
  const before = {
    "//": { metadata: { stackName: "kvm1" } },
    provider: { libvirt: [{ uri: "qemu:///system" }] },
    resource: { libvirt_domain: { web1: { "//": { metadata: {} }, name: "web1", memory: 1 }, web2: { name: "web2" } } },
    output: { address: { value: "secret-1" } },
  };

  test("has the same checksum whatever the order of its keys and the comments of CDKTF", () => {
    const { "//": _, resource, ...rest } = before;
    const other = { resource: { libvirt_domain: { web2: { name: "web2" }, web1: { memory: 1, name: "web1" } } }, ...rest };
    expect(configurationDigest(text(other))).toBe(configurationDigest(text(before)));
    expect(configurationDigest(text({ ...other, resource }))).toBe(configurationDigest(text(before)));
    expect(configurationDigest(text({ ...before, provider: { libvirt: [{ uri: "qemu:///session" }] } }))).not.toBe(
      configurationDigest(text(before)),
    );
  });

  test("differs in parts that are named without their values", () => {
    const after = {
      ...before,
      resource: { libvirt_domain: { web1: { name: "web1", memory: 2 } }, libvirt_network: { lan: {} } },
      output: { address: { value: "secret-2" } },
      data: { libvirt_pool: { images: {} } },
    };
    expect(changedParts(text(before), text(after))).toEqual([
      "data.libvirt_pool.images",
      "libvirt_domain.web1",
      "libvirt_domain.web2",
      "libvirt_network.lan",
      "output.address",
    ]);
    expect(changedParts(text(before), text(before))).toEqual([]);
  });
});

test("a stack is applied, cut off, moved since, or still to be applied", () => {
  const planned = stackEntry();
  const at = "2026-01-02T03:04:05.678Z";
  const later = { lineage: "one", serial: 5 };
  expect(standingOf(undefined, planned.state)).toBe("planned");
  expect(standingOf({ step: "applying", at }, planned.state)).toBe("cut off"); // the host may have changed without the state
  expect(standingOf({ step: "applying", at }, later)).toBe("cut off");
  expect(standingOf({ step: "applied", at, state: later }, later)).toBe("applied");
  expect(standingOf({ step: "applied", at, state: later }, { lineage: "one", serial: 6 })).toBe("moved");
});
