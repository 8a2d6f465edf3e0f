import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { review } from "../../review/index.ts";
import { disk, staysRunning, guest, keep, network, nic, plan, remove, replace, update, volume } from "./build.ts";

const only = (of: Plan) => {
  const [change] = review(of).changes;
  if (!change) throw new Error("no change");
  return change;
};

const web1 = guest("web1");
const MAC = "52:54:00:00:00:11";
const devices = (disks: unknown[], interfaces: unknown[] = [nic(MAC, "lan")]) => ({ devices: { disks, interfaces } });

describe("a network", () => {
  it.each([
    ["deleted", remove("libvirt_network.lan", network("lan"))],
    ["replaced", replace("libvirt_network.lan", network("lan"), { name: "lab" }, [["name"]])],
    ["stopped", update("libvirt_network.lan", network("lan", [], { active: true }), { active: false })],
  ])("that is %s cuts off the running guests that stay on it, and no others", (_, part) => {
    const off = guest("web2", { running: false, id: -1 });
    const leaving = update("libvirt_domain.web3", guest("web3"), devices([], [nic(MAC, "dmz")]));
    const found = review(plan([part, keep("libvirt_domain.web1", web1), keep("libvirt_domain.web2", off), leaving]));
    const change = found.changes.find((one) => one.type === "libvirt_network");
    expect(change?.losesNetwork).toBe("guests lose network lan: web1");
  });
});

describe("a guest that loses its network", () => {
  const two = { ...web1, ...devices([], [nic(MAC, "lan"), nic("52:54:00:00:00:21", "dmz")]) };
  const loss = (before: Record<string, unknown>, after: Record<string, unknown>): string | undefined =>
    only(plan([update("libvirt_domain.web1", before, after)])).losesNetwork;

  it("is named with what it is cut off from", () => {
    expect(loss(two, devices([], [nic(MAC, "lan")]))).toBe("web1 loses network dmz");
    expect(loss(two, devices([], []))).toBe("web1 loses network lan, network dmz; it has no other");
    const down = nic(MAC, "lan", { link: { state: "down" } });
    expect(loss({ ...web1, ...devices([], [nic(MAC, "lan")]) }, devices([], [down]))).toBe("web1 loses network lan; it has no other");
  });

  it("does not include one that is off, moves to another network, or has a second interface on it", () => {
    expect(loss({ ...two, running: false, id: -1 }, devices([], []))).toBeUndefined();
    expect(loss({ ...web1, ...devices([], [nic(MAC, "lan")]) }, devices([], [nic(MAC, "dmz")]))).toBeUndefined();
    const twice = { ...web1, ...devices([], [nic(MAC, "lan"), nic("52:54:00:00:00:21", "lan")]) };
    expect(loss(twice, devices([], [nic(MAC, "lan")]))).toBeUndefined();
  });
});

describe("several guests that restart in one apply", () => {
  const restarts = (...names: string[]) => names.map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 }));

  it("are reported together, once", () => {
    const [warning, ...more] = review(
      plan([...restarts("web1", "web2"), update("libvirt_domain.web3", guest("web3"), { title: "x" }, staysRunning)]),
    ).warnings;
    expect(warning).toBe("2 guests go down in one apply, possibly at the same time: web1, web2");
    expect(more).toEqual([]);
  });

  it("are not reported if there is only one, or if they are off", () => {
    const off = update("libvirt_domain.web2", guest("web2", { running: false, id: -1 }), { memory: 8 });
    expect(review(plan([...restarts("web1"), off])).warnings).toEqual([]);
  });
});

describe("a consequence", () => {
  it("is shown once next to the sentences on a terminal, and with them in the callouts", () => {
    const [guestGone, volumeGone] = review(
      plan([
        remove("libvirt_domain.web1", guest("web1", devices([disk("vda", "data")]))),
        remove("libvirt_volume.data", volume("data", 10)),
      ]),
    ).changes.toSorted((a, b) => a.noun.localeCompare(b.noun));
    expect(guestGone?.consequences).toEqual(["it is running"]);
    expect(guestGone?.interrupts).toBe("guest web1 is deleted; it is running");
    expect(volumeGone?.consequences).toEqual(["its data is lost"]);
    expect(volumeGone?.destroysData).toBe("volume data (10 GiB, disk vda of web1) is deleted; its data is lost");
  });

  it("is data too, with what causes it and who else is concerned", () => {
    const found = review(
      plan([
        remove("libvirt_volume.data", volume("data", 10)),
        remove("libvirt_network.lan", network("lan")),
        update("libvirt_domain.web1", web1, { memory: 8 }),
      ]),
      { inUse: { "volume data in pool default": "web9 (disk vdb)", "network lan": "web9 (interface, it runs)" } },
    );
    expect(Object.fromEntries(found.changes.map(({ address, findings }) => [address, findings]))).toEqual({
      "libvirt_volume.data": [
        {
          kind: "data-loss",
          effect: "delete",
          lost: ["data"],
          size: "10 GiB",
          disks: [],
          overlays: [],
          usedBy: { object: "volume data in pool default", users: "web9 (disk vdb)" },
          text: "volume data (10 GiB, used by web9 (disk vdb)) is deleted; its data is lost",
          consequence: "its data is lost",
        },
      ],
      "libvirt_network.lan": [
        { kind: "interruption", effect: "delete", causes: [], keeps: [], guests: [], text: "network lan is deleted" },
        {
          kind: "network-loss",
          networks: ["network lan"],
          guests: ["web1"],
          usedBy: { object: "network lan", users: "web9 (interface, it runs)" },
          text: "guests lose network lan: web1, web9 (interface, it runs)",
          consequence: "guests lose network lan: web1, web9 (interface, it runs)",
        },
      ],
      "libvirt_domain.web1": [
        {
          kind: "interruption",
          effect: "restart",
          causes: [{ name: "memory", before: "4 GiB", after: "8 GiB" }],
          running: true,
          down: true,
          keeps: [],
          guests: [],
          text: "web1 will restart: memory",
        },
      ],
    });
  });
});

describe("a value that the provider computes", () => {
  const later = (...names: string[]) => ({ change: { after_unknown: Object.fromEntries(names.map((name) => [name, true])) } });
  const written = (expressions: Record<string, unknown>) => ({
    configuration: {
      root_module: {
        resources: [
          { address: "libvirt_network.lan", mode: "managed", type: "libvirt_network", name: "lan", expressions },
          { address: "libvirt_volume.data", mode: "managed", type: "libvirt_volume", name: "data", expressions },
        ],
      },
    },
  });
  const paths = (of: Plan): string[] => only(of).attributes.map(({ path }) => path);

  it("is not listed in an update: a restarted guest's id", () => {
    expect(paths(plan([update("libvirt_domain.web1", web1, { memory: 8, id: null }, later("id"))]))).toEqual(["memory"]);
  });

  it("is listed if another object replaces the old one", () => {
    const other = replace("libvirt_domain.web1", web1, { name: "web-1", id: null, uuid: null }, [["name"]], later("id", "uuid"));
    expect(paths(plan([other]))).toEqual(["id", "name", "uuid"]);
  });

  it("counts as configured only if it is set by a reference", () => {
    const capacity = update("libvirt_volume.data", volume("data", 10), { capacity: null }, later("capacity"));
    expect(paths(plan([capacity], written({ name: { constant_value: "data" } })))).toEqual([]);
    expect(paths(plan([capacity], written({ capacity: { references: ["libvirt_volume.image.capacity"] } })))).toEqual(["capacity"]);
    const bridge = update("libvirt_network.lan", network("lan"), { bridge: {} }, { change: { after_unknown: { bridge: { name: true } } } });
    expect(paths(plan([bridge], written({ bridge: { constant_value: {} } })))).toEqual([]);
    expect(paths(plan([bridge]))).toEqual(["bridge.name"]);
  });
});
