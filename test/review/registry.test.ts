import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { fleetReview, review, type Review } from "../../review/index.ts";
import { judged, messages } from "../policy/judge.ts";
import { create, guest, network, nic, plan, pool, replace, staysRunning, update, volume } from "./build.ts";

/** Facts of dmacvicar/libvirt 0.9.7: any change redefines and restarts a guest, volumes and pools fail, networks get autostart alone. */
const registry = { provider_name: "registry.terraform.io/dmacvicar/libvirt" };
const changed = (address: string, before: Record<string, unknown>, after: Record<string, unknown>): Plan =>
  plan([update(address, before, after, { ...registry, ...staysRunning })]);
const only = (of: Plan): Review["changes"][number] => {
  const [change] = review(of).changes;
  if (change === undefined) throw new Error("no change");
  return change;
};

describe("a guest of the registry provider", () => {
  it.each([
    ["a title", { title: "new" }, "web1 will restart: title set to new"],
    ["autostart", { autostart: false }, "web1 will restart: autostart on → off"],
    ["a new interface", { devices: { disks: [], interfaces: [nic("52:54:00:00:00:12", "dmz")] } }, "web1 will restart: "],
  ])("restarts for %s, which the embedded one changes live", (_, after, sentence) => {
    const change = only(changed("libvirt_domain.web1", guest("web1", { devices: { disks: [], interfaces: [] } }), after));
    expect(change.effect).toBe("restart");
    expect(change.sentences).toEqual([expect.stringContaining(sentence)]);
    expect(change.reasons).toEqual(["the registry provider defines a guest anew for any change"]);
    expect(change.attributes.map((one) => one.change)).not.toContain("live");
    expect(JSON.stringify(change)).not.toContain("live");
    const embedded = plan([update("libvirt_domain.web1", guest("web1", { devices: { disks: [], interfaces: [] } }), after, staysRunning)]);
    expect(only(embedded)).toMatchObject({ effect: expect.stringMatching(/^(live|recorded)$/), reasons: [] });
  });

  it("goes down, for the review of a fleet and for policies", () => {
    const titled = changed("libvirt_domain.web1", guest("web1"), { title: "new" });
    expect(fleetReview([{ stack: "old", plan: titled }])).toMatchObject({
      counts: { live: 0, restart: 1 },
      down: [{ how: "restart", text: "old: web1 restarts: title; stopped, defined anew and started" }],
    });
    expect(messages(judged("restart", titled))).toEqual(["web1 will restart: title"]);
  });

  it("does not go down if it is off", () => {
    const off = changed("libvirt_domain.web1", guest("web1", { id: -1, running: false }), { title: "new" });
    expect(only(off)).toMatchObject({ sentences: ["web1: title set to new, while it is off"], findings: [] });
  });
});

describe("other objects of the registry provider", () => {
  it("a volume does not grow, and a pool does not change: apply fails", () => {
    const grown = changed("libvirt_volume.data", volume("data", 4), { capacity: 8, capacity_unit: "GiB" });
    expect(only(grown)).toMatchObject({
      effect: "update",
      sentences: ["volume data grows 4 → 8 GiB"],
      reasons: ["the registry provider refuses such an update: apply fails"],
    });
    expect(only(grown).attributes.map((one) => one.change)).toEqual([undefined]);
    const moved = changed("libvirt_pool.vms", pool("vms"), { create: { build: true, start: true, autostart: false } });
    expect(fleetReview([{ stack: "old", plan: moved }]).failures).toMatchObject([
      { address: "libvirt_pool.vms", text: "old: pool vms cannot be updated: the registry provider fails at apply" },
    ]);
  });

  it("a network gets its autostart and nothing else", () => {
    const lan = network("lan");
    expect(only(changed("libvirt_network.lan", lan, { autostart: false }))).toMatchObject({ effect: "live", reasons: [] });
    const mtu = changed("libvirt_network.lan", lan, { mtu: { size: 9000 } });
    expect(only(mtu)).toMatchObject({
      effect: "recorded",
      findings: [],
      reasons: ["the registry provider changes only autostart of a network that exists"],
    });
    expect(only(plan([update("libvirt_network.lan", lan, { mtu: { size: 9000 } })])).effect).toBe("restart");
  });

  it("are created and replaced as with the embedded one", () => {
    const both = plan([
      create("libvirt_volume.new", volume("new", 1), registry),
      replace("libvirt_domain.db1", guest("db1"), { name: "db2" }, [["name"]], registry),
    ]);
    expect(review(both).changes.map(({ effect }) => effect)).toEqual(["replace", "create"]);
  });
});
