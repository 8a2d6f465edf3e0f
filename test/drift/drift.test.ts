import { describe, expect, test } from "vitest";
import { changedIn, driftMarkdown, type Inventory, pendingIn, type StateOfGuest, unmanagedOf } from "../../drift/index.ts";
import { review } from "../../review/index.ts";
import { create, drift, guest, keep, network, plan, remove, staysRunning, update, volume } from "../review/build.ts";

const web1 = guest("web1", { title: "Front end" });

/** Somebody changed web1 as `now` says, and the configuration asks for what `wanted` says. */
function edited(now: object, wanted: object, guests: Readonly<Record<string, StateOfGuest>> = {}, more = {}) {
  const address = "libvirt_domain.web1";
  const current = { ...web1, ...now };
  const result = review(
    plan([update(address, current, { ...web1, ...now, ...wanted }, more)], { resource_drift: [drift(address, web1, current)] }),
  );
  return { changed: changedIn(result, new Map(Object.entries(guests))), pending: pendingIn(result) };
}

describe("what was changed outside", () => {
  test("heals what a plan puts back while everything runs", () => {
    const { changed, pending } = edited({ title: "Defaced" }, { title: "Front end" }, {}, staysRunning);
    expect(changed).toMatchObject([{ name: "web1", apply: "live", heals: true, happened: [{ what: "edited", by: ["libvirt-client"] }] }]);
    expect(pending).toEqual([]);
  });

  test("heals nothing that the plan takes further than it was applied", () => {
    const { changed, pending } = edited({ title: "Defaced" }, { title: "Back end" }, {}, staysRunning);
    expect(changed).toMatchObject([{ apply: "live", heals: false }]);
    expect(pending).toMatchObject([{ name: "web1", sentences: [], attributes: [{ path: "title", before: "Defaced", after: "Back end" }] }]);
  });

  test("heals nothing that restarts", () => {
    expect(edited({ memory: 8 }, { memory: web1["memory"] }).changed).toMatchObject([{ apply: "restart", heals: false }]);
  });

  test.each([
    ["shutdown", ["guest", "libvirt-client"]],
    ["destroyed", ["libvirt-client"]],
    ["crashed", ["guest-crash"]],
    ["daemon", ["libvirtd"]],
    ["unknown", ["host-restart", "libvirtd-restart"]],
    ["a reason of a later libvirt", []],
  ])("a guest stopped with the reason %s: %j", (reason, by) => {
    const { changed } = edited({ running: false, id: -1 }, { running: true }, { web1: { state: "shutoff", reason } });
    expect(changed[0]?.happened).toEqual([{ what: "stopped", by, reason }]);
  });

  test("accuses nobody if the host did not say", () => {
    expect(edited({ running: false, id: -1 }, { running: true }).changed[0]?.happened).toEqual([{ what: "stopped", by: [] }]);
  });

  test("what is gone is created by apply, and not by healing", () => {
    const address = "libvirt_volume.data";
    const result = review(plan([create(address, volume("data", 10))], { resource_drift: [drift(address, volume("data", 10), null)] }));
    expect(changedIn(result, new Map())).toMatchObject([
      { name: "data", happened: [{ what: "gone", by: ["libvirt-client", "host-files"] }], apply: "create", heals: false },
    ]);
    expect(pendingIn(result)).toEqual([]);
  });
});

test("what nobody changed outside, and a plan does, is not yet applied", () => {
  const result = review(
    plan([keep("libvirt_domain.web1", web1), create("libvirt_domain.web2", guest("web2")), remove("libvirt_network.lan", network("lan"))]),
  );
  expect(changedIn(result, new Map())).toEqual([]);
  expect(pendingIn(result).map(({ name, effect }) => [name, effect])).toEqual([
    ["lan", "delete"],
    ["web2", "create"],
  ]);
});

describe("what no state has", () => {
  const named = (name: string) => ({ name, uuid: `uuid-of-${name}` });
  const host: Inventory = {
    guests: [named("web1"), named("stray")],
    networks: [named("lan"), named("default")],
    pools: [named("fleet"), named("default")],
    volumes: [
      { pool: "fleet", name: "root.qcow2", key: "/fleet/root.qcow2" },
      { pool: "fleet", name: "left.qcow2", key: "/fleet/left.qcow2" },
      { pool: "default", name: "root.qcow2", key: "/images/root.qcow2" },
      { pool: "fleet", name: "tools.iso", key: "/fleet/tools.iso" },
      { pool: "fleet", name: "base.qcow2", key: "/fleet/base.qcow2" },
    ],
  };
  const states = [
    {
      resources: [
        { type: "libvirt_domain", instances: [{ attributes: { uuid: "uuid-of-web1", devices: { cdrom: { file: "/fleet/tools.iso" } } } }] },
        { type: "libvirt_network", instances: [{ attributes: { uuid: "uuid-of-lan" } }] },
      ],
    },
    {
      resources: [
        { type: "libvirt_pool", instances: [{ attributes: { uuid: "uuid-of-fleet" } }] },
        { type: "libvirt_volume", instances: [{ attributes: { pool: "fleet", name: "root.qcow2" } }] },
        { mode: "data", type: "libvirt_volume", instances: [{ attributes: { pool: "fleet", name: "base.qcow2" } }] },
      ],
    },
  ];

  test("is listed, apart from other stacks' objects, disks of guests and data sources; what is usual is told apart", () => {
    expect(unmanagedOf(host, states)).toEqual([
      { kind: "guest", name: "stray" },
      { kind: "network", name: "default", usual: true },
      { kind: "pool", name: "default", usual: true },
      { kind: "volume", name: "left.qcow2", pool: "fleet" },
      { kind: "volume", name: "root.qcow2", pool: "default" },
    ]);
  });
});

test("an issue's text escapes names, and is absent without drift", () => {
  const uri = "qemu:///system";
  expect(
    driftMarkdown({ stack: "kvm1", changed: [], pending: [] }, [
      { uri, stacks: ["kvm1"], unmanaged: [{ kind: "network", name: "default", usual: true }] },
    ]),
  ).toBe(undefined);
  const text = driftMarkdown({ stack: "kvm1", changed: [] }, [
    { uri, stacks: ["kvm1"], unmanaged: [{ kind: "guest", name: "@all <b>#1" }] },
  ]);
  expect(text).toContain("- guest &#64;all &#60;b&#62;&#35;1\n");
});
