import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { review } from "../../review/index.ts";
import {
  cdrom,
  create,
  disk,
  drift,
  staysRunning,
  guest,
  keep,
  network,
  nic,
  plan,
  pool,
  remove,
  replace,
  reservation,
  seed,
  update,
  volume,
} from "./build.ts";

const sentences = (of: Plan): string[] => review(of).changes.flatMap((change) => change.sentences);
const only = (of: Plan) => {
  const [change] = review(of).changes;
  if (!change) throw new Error("no change");
  return change;
};

const web1 = guest("web1", {
  os: { type: "hvm", type_arch: "x86_64", type_machine: "q35", boot_devices: [{ dev: "hd" }, { dev: "network" }] },
});
const MAC = "52:54:00:00:00:11";
const devices = (disks: unknown[], interfaces: unknown[] = [nic(MAC, "lan")]) => ({ devices: { disks, interfaces } });
const root = disk("vda", "web1-root");

describe("a running guest", () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ["less memory by balloon", { current_memory: 2, current_memory_unit: "GiB" }, ["web1: balloon set to 2 GiB, live"]],
    ["more memory", { memory: 8 }, ["web1 will restart: memory 4 → 8 GiB"]],
    [
      "the same memory in another unit, and a title",
      { memory: 4096, memory_unit: "MiB", title: "front" },
      ["web1: title set to front, live"],
    ],
    ["another unit alone", { memory: 4, memory_unit: "MiB" }, ["web1 will restart: memory 4 GiB → 4 MiB"]],
    ["a disk more", devices([root, disk("vdb", "data")]), ["web1: disk vdb (data) added, live"]],
    [
      "another order of the same boot devices",
      { os: { ...(web1["os"] as object), boot_devices: [{ dev: "network" }, { dev: "hd" }] } },
      ["web1 will restart: boot order hd, network → network, hd"],
    ],
    ["a disk less", devices([]), ["web1: disk vda (web1-root) removed, live"]],
    [
      "a disk's cache",
      devices([{ ...root, driver: { name: "qemu", type: "qcow2", cache: "none" } }]),
      ["web1 will restart: disk vda: cache set to none"],
    ],
    ["another network", devices([root], [nic(MAC, "dmz")]), [`web1: interface ${MAC} moves from network lan to network dmz, live`]],
    ["another volume behind a disk", devices([disk("vda", "other")]), ["web1 will restart: disk vda: source web1-root → other"]],
    [
      "an interface that leaves the networks",
      devices([root], [nic(MAC, "lan", { source: { direct: { dev: "eth0" } } })]),
      [`web1 will restart: interface ${MAC} moves from network lan to host interface eth0`],
    ],
    ["a cable pulled", devices([root], [nic(MAC, "lan", { link: { state: "down" } })]), [`web1: interface ${MAC}: link set to down, live`]],
    [
      "an interface more",
      devices([root], [nic(MAC, "lan"), nic("52:54:00:00:00:99", "dmz")]),
      ["web1: interface 52:54:00:00:00:99 (network dmz) added, live"],
    ],
    ["a stop", { running: false }, ["web1 will be stopped"]],
    ["no longer started with the host", { autostart: false }, ["web1: autostart on → off, live"]],
    ["how long a shutdown may take", { update: { shutdown: { timeout: 60 } } }, ["web1: update shutdown timeout set to 60, recorded only"]],
  ])("with %s", (_, change, expected) => {
    const restarts = expected.some((sentence) => sentence.includes("will restart"));
    expect(sentences(plan([update("libvirt_domain.web1", web1, change, restarts ? {} : staysRunning)]))).toEqual(expected);
  });

  it("swaps and ejects media", () => {
    const before = { ...web1, ...devices([root, cdrom("sda", "/iso/a.iso")]) };
    expect(sentences(plan([update("libvirt_domain.web1", before, devices([root, cdrom("sda", "/iso/b.iso")]))]))).toEqual([
      "web1: CD-ROM sda: media /iso/a.iso → /iso/b.iso, live",
    ]);
    expect(sentences(plan([update("libvirt_domain.web1", before, devices([root, cdrom("sda", null)]))]))).toEqual([
      "web1: CD-ROM sda: media /iso/a.iso ejected, live",
    ]);
  });

  it("is not restarted for a new disk, whatever its driver settings", () => {
    expect(only(plan([update("libvirt_domain.web1", web1, devices([root, disk("vdb", "data")]), staysRunning)])).effect).toBe("live");
  });

  it("is restarted for a new disk if the provider says so, with the disk as the cause", () => {
    const change = only(plan([update("libvirt_domain.web1", web1, devices([root, disk("vdb", "data")]))]));
    expect(change.effect).toBe("restart");
    expect(change.interrupts).toBe("web1 will restart: disk vdb added");
    expect(change.sentences).toEqual(["web1 will restart: disk vdb (data) added"]);
  });

  it("is listed among the restarts with the cause", () => {
    const change = only(plan([update("libvirt_domain.web1", web1, { cpu: { mode: "host-model" }, title: "x" })]));
    expect(change.effect).toBe("restart");
    expect(change.interrupts).toBe("web1 will restart: cpu mode");
  });

  it("is not restarted if the provider finds that it already runs with the change", () => {
    const change = only(plan([update("libvirt_domain.web1", web1, { on_reboot: "restart" }, { change: { after_unknown: {} } })]));
    expect(change.effect).toBe("recorded");
    expect(change.interrupts).toBeUndefined();
    expect(change.sentences).toEqual([expect.stringContaining("in its definition only: it already runs with that")]);
  });

  it("does not report reordered disks as changes", () => {
    const before = { ...web1, ...devices([root, disk("vdb", "data")]) };
    const change = only(plan([update("libvirt_domain.web1", before, { ...devices([disk("vdb", "data"), root]), title: "x" })]));
    expect(change.attributes.map((attribute) => attribute.path)).toEqual(["title"]);
  });
});

describe("a guest that is off", () => {
  const off = { ...web1, running: false, id: -1 };

  it("accepts restart changes without an interruption", () => {
    const change = only(plan([update("libvirt_domain.web1", off, { memory: 8 })]));
    expect(change.effect).toBe("live");
    expect(change.sentences).toEqual(["web1: memory 4 → 8 GiB, while it is off"]);
    expect(change.interrupts).toBeUndefined();
  });

  it("is started", () => {
    const change = only(plan([update("libvirt_domain.web1", off, { running: true, memory: 8 })]));
    expect(change.effect).toBe("start");
    expect(change.sentences).toEqual(["web1: memory 4 → 8 GiB, before it starts", "web1 will be started"]);
  });

  it("is recognized as off by its id if nothing else says so", () => {
    expect(only(plan([update("libvirt_domain.web1", { ...off, running: null }, { memory: 8 })])).effect).toBe("live");
    expect(only(plan([update("libvirt_domain.web1", { ...off, running: null, id: undefined }, { memory: 8 })])).effect).toBe("restart");
  });
});

describe("a volume", () => {
  const data = volume("data", 20);
  const user = (running: boolean) => keep("libvirt_domain.db1", guest("db1", { running, ...devices([disk("vdb", "data")]) }));
  const grow = update("libvirt_volume.data", data, { capacity: 40, capacity_unit: "GiB" });

  it("grows online under a running guest", () => {
    expect(sentences(plan([grow, user(true)]))).toEqual(["volume data grows 20 → 40 GiB (online), disk vdb of db1"]);
    expect(sentences(plan([grow, user(false)]))).toEqual(["volume data grows 20 → 40 GiB, disk vdb of db1"]);
  });

  it("that is deleted or replaced loses its data, and the guest is named", () => {
    expect(only(plan([remove("libvirt_volume.data", data), user(true)])).destroysData).toBe(
      "volume data (20 GiB, disk vdb of db1) is deleted; its data is lost",
    );
    const replaced = only(
      plan([replace("libvirt_volume.data", data, { target: { format: { type: "raw" } } }, [["target", "format", "type"]])]),
    );
    expect(replaced.destroysData).toBe("volume data (20 GiB) is replaced; its data is lost");
    expect(replaced.sentences).toEqual(["volume data is replaced: target format type qcow2 → raw"]);
    expect(replaced.reasons).toEqual(["target.format.type cannot change in place"]);
  });

  it("that already has the requested content is kept, whatever its source is called", () => {
    const content = (url: string): Record<string, unknown> => ({ create: { content: { url, checksum: "sha256:1" } } });
    const image = volume("debian.qcow2", 2, content("https://example.org/debian.qcow2"));
    const moved = only(plan([update("libvirt_volume.image", image, content("https://mirror.example.org/debian.qcow2"))]));
    expect(moved.effect).toBe("recorded");
    expect(moved.destroysData).toBeUndefined();
    expect(moved.sentences).toEqual([expect.stringMatching(/^volume debian\.qcow2: .* recorded only$/)]);
  });

  it("that backs other volumes is deleted with them", () => {
    const image = volume("debian.qcow2", 2, { create: { content: { url: "https://example.org/debian.qcow2" } } });
    const overlay = volume("web1-root", 10, { backing_store: { path: image["path"], format: { type: "qcow2" } } });
    const change = replace("libvirt_volume.image", image, { create: { content: { url: "https://example.org/new.qcow2" } } }, [["create"]]);
    expect(only(plan([change, keep("libvirt_volume.root", overlay)])).destroysData).toBe(
      "volume debian.qcow2 is replaced; volumes on top of it become unreadable: web1-root",
    );
    const both = review(plan([change, remove("libvirt_volume.root", overlay)])).changes;
    expect(both.map((one) => one.destroysData)).toEqual(["volume web1-root (10 GiB) is deleted; its data is lost", undefined]);
  });

  it("that only carries a cloud-init disk holds no data", () => {
    const disk = seed("web1-seed", "#cloud-config\n");
    const copy = volume("web1-seed.iso", 1, { create: { content: { url: disk["path"] } } });
    const change = only(
      plan([
        replace("libvirt_volume.seed", copy, { create: { content: { url: "/other.iso" } } }, [["create"]]),
        keep("libvirt_cloudinit_disk.seed", disk),
      ]),
    );
    expect(change.destroysData).toBeUndefined();
    expect(change.disposable).toBe(true);
  });
});

describe("a pool", () => {
  it("keeps its storage unless the configuration says otherwise", () => {
    const gone = only(plan([remove("libvirt_pool.vms", pool("vms"))]));
    expect(gone.destroysData).toBeUndefined();
    expect(gone.interrupts).toBe("pool vms is deleted; its storage stays");
    expect(only(plan([remove("libvirt_pool.vms", pool("vms", { destroy: { delete: true } }))])).destroysData).toBe(
      "pool vms is deleted; its storage is lost",
    );
  });

  it("of the registry provider loses it unless configured otherwise", () => {
    const registry = { provider_name: "registry.terraform.io/dmacvicar/libvirt" };
    expect(only(plan([remove("libvirt_pool.vms", pool("vms"), registry)])).destroysData).toBe("pool vms is deleted; its storage is lost");
    expect(only(plan([remove("libvirt_pool.vms", pool("vms", { destroy: { delete: false } }), registry)])).destroysData).toBeUndefined();
  });
});

describe("a network", () => {
  const hosts = [reservation("web1", "10.0.0.11", MAC)];

  it("gets, loses and moves reservations live", () => {
    const more = network("lan", [...hosts, reservation("web2", "10.0.0.12", "52:54:00:00:00:12")]);
    expect(sentences(plan([update("libvirt_network.lan", network("lan", hosts), more)]))).toEqual([
      "network lan: reservation 10.0.0.12 for web2 added, live",
    ]);
    expect(sentences(plan([update("libvirt_network.lan", network("lan", hosts), network("lan"))]))).toEqual([
      "network lan: reservation 10.0.0.11 for web1 removed, live",
    ]);
    const moved = network("lan", [reservation("web1", "10.0.0.21", MAC)]);
    expect(sentences(plan([update("libvirt_network.lan", network("lan", hosts), moved)]))).toEqual([
      "network lan: reservation for web1 10.0.0.11 → 10.0.0.21, live",
    ]);
  });

  it("is not restarted for a default that is spelled out", () => {
    const change = only(
      plan([update("libvirt_network.lan", { name: "lan", bridge: { name: "lan0" } }, { bridge: { name: "lan0", stp: "on" } })]),
    );
    expect(change.effect).toBe("recorded");
    expect(change.interrupts).toBeUndefined();
    expect(change.sentences).toEqual([expect.stringContaining("recorded only")]);
  });

  it("without <forward/> restarts for one, even if that says no more than the default", () => {
    const isolated = network("lan", [], { forward: null });
    expect(sentences(plan([update("libvirt_network.lan", isolated, { forward: { mode: "nat" } })]))).toEqual([
      "network lan will restart: mode set to nat",
    ]);
  });

  it("that restarts names the guests on it", () => {
    const change = only(plan([update("libvirt_network.lan", network("lan"), { mtu: { size: 9000 } }), keep("libvirt_domain.web1", web1)]));
    expect(change.sentences).toEqual(["network lan will restart: MTU 1500 → 9000"]);
    expect(change.interrupts).toBe("network lan will restart: MTU; without network meanwhile: web1");
    expect(change.losesNetwork).toBeUndefined();
  });
});

describe("other parts of a plan", () => {
  it("reports a rename, an import and what is not managed any more", () => {
    expect(sentences(plan([keep("libvirt_domain.web1", web1, { previous_address: "libvirt_domain.old" })]))).toEqual([
      "web1 moves from libvirt_domain.old to libvirt_domain.web1",
    ]);
    expect(only(plan([keep("libvirt_domain.web1", web1, { change: { importing: { id: "web1" } } })])).imported).toBe("web1");
    expect(
      sentences(plan([{ ...remove("libvirt_domain.web1", web1), change: { actions: ["forget"], before: web1, after: null } }])),
    ).toEqual(["web1 is no longer managed; it stays on the host"]);
  });

  it("gives the reason for a replacement that no attribute forces", () => {
    expect(only(plan([replace("libvirt_domain.web1", web1, {}, [], { action_reason: "replace_because_tainted" })])).reasons).toEqual([
      "its last creation failed (tainted)",
    ]);
  });

  it("reports drift and what reverts it, and skips provider counters", () => {
    const found = review(
      plan(
        [create("libvirt_volume.data", volume("data", 20)), update("libvirt_domain.web1", { ...web1, running: false }, { running: true })],
        {
          resource_drift: [
            drift("libvirt_volume.data", volume("data", 20), null),
            drift("libvirt_domain.web1", web1, { running: false, ...devices([root, disk("vdz", "extra")]) }),
            drift("libvirt_domain.web9", guest("web9"), { title: "by hand" }),
            drift("libvirt_pool.vms", pool("vms"), { available: 7 }),
          ],
        },
      ),
    );
    expect(found.drift.map(({ sentences: told, healed, gone }) => ({ told, healed, gone }))).toEqual([
      { told: ["volume data is gone"], healed: true, gone: true },
      { told: ["web1 was stopped", "web1: disk vdz (extra) added"], healed: true, gone: undefined },
      { told: ["web9: title set to by hand"], healed: false, gone: undefined },
    ]);
  });

  it("words drift in the past", () => {
    const moved = { devices: { disks: [root], interfaces: [nic(MAC, "dmz")] } };
    const found = review(
      plan([keep("libvirt_domain.web1", guest("web1", { running: true }))], {
        resource_drift: [
          drift("libvirt_domain.web1", web1, moved),
          drift("libvirt_volume.data", volume("data", 20), { capacity: 40, capacity_unit: "GiB" }),
          drift("libvirt_volume.logs", volume("logs", 20), { capacity: 10, capacity_unit: "GiB" }),
        ],
      }),
    );
    expect(found.drift.flatMap((one) => one.sentences)).toEqual([
      `web1: interface ${MAC} moved from network lan to network dmz`,
      "volume data: grew 20 → 40 GiB",
      "volume logs: shrank 20 → 10 GiB",
    ]);
  });

  it("says that a value is known after apply", () => {
    const unknown = { change: { after_unknown: { devices: { disks: [{ source: { file: { file: true } } }] } } } };
    const before = { ...web1, ...devices([cdrom("sda", "/seed/a.iso")]) };
    const change = only(plan([update("libvirt_domain.web1", before, devices([cdrom("sda", null)]), unknown)]));
    expect(change.sentences).toEqual(["web1: CD-ROM sda: media /seed/a.iso → known after apply, live"]);
    expect(change.attributes).toContainEqual({
      path: "devices.disks[sda].source.file.file",
      before: "/seed/a.iso",
      after: "(known after apply)",
      change: "live",
      unknown: true,
    });
  });

  it("makes no claims about a resource without a table", () => {
    const change = only(plan([update("random_pet.name", { length: 2 }, { length: 3 })]));
    expect(change.effect).toBe("update");
    expect(change.sentences).toEqual(["random_pet name: length 2 → 3"]);
  });
});

describe("a disk that the plan replaces under its guest", () => {
  const replaced = replace("libvirt_volume.root", volume("web1-root", 20), { backing_store: { path: "/new" } }, [["backing_store"]]);
  const guests = (of: Plan) => review(of).changes.filter(({ type }) => type === "libvirt_domain");

  it("causes a restart, which the guest's line says", () => {
    expect(guests(plan([replaced, update("libvirt_domain.web1", web1, {})]))).toMatchObject([
      { effect: "restart", sentences: ["web1 will restart: disk vda is recreated"] },
    ]);
  });

  it("causes none if it is a medium, which is changed in the drive", () => {
    const drive = { ...root, device: "cdrom" };
    const on = guest("web1", { devices: { disks: [drive] } });
    expect(guests(plan([replaced, update("libvirt_domain.web1", on, {})]))).toMatchObject([{ sentences: ["web1 is updated"] }]);
  });
});

describe("vCPUs that are online", () => {
  const of = (before: Record<string, unknown>, after: Record<string, unknown>): string[] =>
    sentences(plan([update("libvirt_domain.web1", guest("web1", before), after)]));
  it("are added to a guest that had fewer, up to all of them", () => {
    expect(of({ vcpu: 2, vcpu_current: 1 }, { vcpu_current: null })).toEqual([expect.stringMatching(/^web1[^:]*: vCPUs 1 → 2/)]);
    expect(of({ vcpu: 2 }, { vcpu_current: 1 })).toEqual([expect.stringMatching(/^web1[^:]*: vCPUs 2 → 1/)]);
    expect(of({ vcpu: 4, vcpu_current: 1 }, { vcpu_current: 2 })).toEqual([expect.stringMatching(/^web1[^:]*: online vCPUs 1 → 2/)]);
  });
  it("stay if only the maximum changes", () => {
    expect(of({ vcpu: 4, vcpu_current: 2 }, { vcpu: 2, vcpu_current: null })).toEqual([
      expect.stringMatching(/^web1[^:]*: maximum vCPUs 4 → 2/),
    ]);
  });
  it("are shown with everything else of a new guest", () => {
    expect(sentences(plan([create("libvirt_domain.web1", guest("web1", { vcpu_current: 1 }))]))[0]).toContain("1 of 2 vCPUs");
  });
});
