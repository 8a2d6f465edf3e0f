import { describe, expect, it } from "vitest";
import type { Plan, ResourceValues } from "../../engine/index.ts";
import { explains, restOf } from "../../plans/index.ts";
import { create, guest, keep, plan, remove, replace, update } from "../review/build.ts";

const WEB = "libvirt_domain.web1";
const DB = "libvirt_domain.db1";
const small = guest("web1", { memory: 1024 });
const large = guest("web1", { memory: 2048 });

describe("what is left of a plan whose apply did not end", () => {
  const approved = plan([update(WEB, small, large), create(DB, guest("db1"))]);

  it("is nothing, if all of it is done", () => {
    expect(restOf(approved, plan([keep(WEB, large)]))).toEqual({ left: [], beyond: [] });
  });

  it("is the changes that lead to the same", () => {
    expect(restOf(approved, plan([keep(WEB, large), create(DB, guest("db1"))]))).toEqual({ left: [DB], beyond: [] });
    const halfDone = guest("web1", { memory: 1536 });
    expect(restOf(approved, plan([update(WEB, halfDone, large)]))).toEqual({ left: [WEB], beyond: [] });
  });

  it("takes any value for what was unknown", () => {
    const unknown = plan([create(DB, guest("db1"), { change: { after_unknown: { id: true } } })]);
    expect(restOf(unknown, plan([create(DB, guest("db1", { id: 7 }))])).beyond).toEqual([]);
    expect(restOf(unknown, plan([create(DB, guest("db1", { title: "x" }))])).beyond).toEqual([DB]);
  });

  it.each([
    ["leads to something else", update(WEB, small, guest("web1", { memory: 4096 }))],
    ["removes what was to be changed", remove(WEB, small)],
    ["replaces what was to be created", replace(DB, guest("db1"), guest("db1"), [["name"]])],
    ["was not in it", create("libvirt_domain.other", guest("other"))],
  ])("is not a change that %s", (_, change) => {
    expect(restOf(approved, plan([change]))).toEqual({ left: [], beyond: [change.address] });
  });

  it("of a replacement is its second half, or the whole", () => {
    const whole = plan([replace(DB, guest("db1"), guest("db1", { uuid: "x" }), [["uuid"]])]);
    expect(restOf(whole, plan([create(DB, guest("db1", { uuid: "x" }))]))).toEqual({ left: [DB], beyond: [] });
    expect(restOf(whole, plan([create(DB, guest("db1", { uuid: "y" }))])).beyond).toEqual([DB]);
  });
});

describe("a state that has moved since the plan", () => {
  const DATA = "libvirt_volume.data";
  const was = (address: string, values: object, more: object = {}): ResourceValues =>
    ({
      address,
      mode: "managed",
      type: "x",
      name: "x",
      provider_name: "x",
      schema_version: 0,
      sensitive_values: {},
      values,
      ...more,
    }) as ResourceValues;
  const approved: Plan = {
    ...plan([update(WEB, small, large), create(DB, guest("db1")), remove(DATA, { name: "data" })]),
    priorResources: [was(WEB, small), was(DATA, { name: "data" })],
  };
  const changed = approved.resourceChanges.find(({ address }) => address === WEB)?.change.after as object;

  it.each<[string, readonly ResourceValues[]]>([
    ["nothing of it was done", [was(WEB, small), was(DATA, { name: "data" })]],
    ["all of it was", [was(WEB, { ...changed, id: 9 }), was(DB, guest("db1"))]],
    ["a part was", [was(WEB, { ...changed, id: 9 }), was(DATA, { name: "data" })]],
    ["attributes without a value are left out", [was(WEB, { ...small, title: null }), was(DATA, { name: "data" })]],
  ])("is explained by it if %s", (_, state) => {
    expect(explains(approved, state)).toBe(true);
  });

  it.each<[string, readonly ResourceValues[]]>([
    ["something else was changed", [was(WEB, { ...small, title: "theirs" }), was(DATA, { name: "data" })]],
    ["something else is there", [was(WEB, small), was(DATA, { name: "data" }), was("libvirt_network.lan", { name: "lan" })]],
    ["something that stays is gone", [was(DATA, { name: "data" })]],
    ["a creation failed", [was(WEB, small), was(DATA, { name: "data" }), was(DB, guest("db1"), { tainted: true })]],
  ])("is not if %s", (_, state) => {
    expect(explains(approved, state)).toBe(false);
  });
});
