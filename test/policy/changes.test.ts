import { describe, expect, it } from "vitest";
import { create, guest, keep, network, nic, plan, remove, replace, seed, staysRunning, update, volume } from "../review/build.ts";
import { mixed, quiet } from "../review/plans.ts";
import { Window } from "../../policy/window.ts";
import { judged, messages, ruleNamed, subjectOf } from "./judge.ts";

const grows = (...names: readonly string[]) => plan(names.map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 })));

describe("rules about what a plan does", () => {
  it("data-loss: a deleted volume and a guest with a TPM break it, a restart does not", () => {
    expect(judged("data-loss", mixed()).verdicts).toMatchObject([
      { rule: "data-loss", severity: "error", resource: "libvirt_domain.db1", message: "guest db-1 is replaced; its TPM state is lost" },
      { resource: "libvirt_volume.old-logs", name: "old-logs", message: "volume old-logs (40 GiB) is deleted; its data is lost" },
    ]);
    expect(messages(judged("data-loss", grows("web1")))).toEqual([]);
  });

  it("network-loss: a running guest that loses its network breaks it, a new interface does not", () => {
    const detached = update("libvirt_domain.web1", guest("web1"), { devices: { disks: [], interfaces: [] } }, staysRunning);
    expect(messages(judged("network-loss", plan([detached])))).toEqual(["web1 loses network lan; it has no other"]);
    const two = [nic("52:54:00:00:00:11", "lan"), nic("52:54:00:00:00:12", "dmz")];
    const plugged = update("libvirt_domain.web1", guest("web1"), { devices: { disks: [], interfaces: two } }, staysRunning);
    expect(messages(judged("network-loss", plan([plugged])))).toEqual([]);
  });

  it("replace: a replaced guest breaks it, a recreated cloud-init disk does not", () => {
    expect(messages(judged("replace", mixed()))).toEqual(["guest db-1 is replaced"]);
    const recreated = replace("libvirt_cloudinit_disk.web1", seed("web1", "#cloud-config\n{}"), { user_data: "#cloud-config\na: 1" }, [
      ["user_data"],
    ]);
    expect(messages(judged("replace", plan([recreated])))).toEqual([]);
  });

  it("delete: a deleted network breaks it, a new one does not", () => {
    expect(messages(judged("delete", plan([remove("libvirt_network.lan", network("lan"))])))).toEqual(["network lan is deleted"]);
    expect(messages(judged("delete", plan([create("libvirt_network.lan", network("lan"))])))).toEqual([]);
  });

  it("says nothing about a plan without changes", () => {
    for (const rule of ["data-loss", "network-loss", "replace", "delete", "restart", "max-restarts", "group-down"])
      expect(messages(judged(rule, quiet()))).toEqual([]);
  });

  it("leaves out what `allow` names, by address or by name", () => {
    expect(judged("data-loss", mixed(), { allow: ["libvirt_volume.*"] }).verdicts.map(({ name }) => name)).toEqual(["db-1"]);
    expect(messages(judged("replace", mixed(), { allow: ["db-1"] }))).toEqual([]);
  });
});

describe("restart", () => {
  it("names each guest that restarts, and why", () => {
    expect(messages(judged("restart", mixed()))).toEqual(["web1 will restart: memory", "web2 will restart: cpu mode"]);
  });

  const options = { window: "Sat 22:00-04:00 Europe/Berlin" };
  it.each([
    ["on Saturday evening", "2026-01-03T21:30:00Z", true], // 22:30 in Berlin
    ["after midnight", "2026-01-04T02:59:00Z", true],
    ["at its end", "2026-01-04T03:00:00Z", false],
    ["before it begins", "2026-01-03T20:59:00Z", false],
    ["at the same hour of Sunday", "2026-01-04T21:30:00Z", false],
    ["in summer, by the clock of the zone", "2026-07-04T20:30:00Z", true],
  ])("%s of the window: %s", (_, now, inside) => {
    const told = messages(judged("restart", grows("web1"), { options, now: new Date(now) }));
    expect(told).toEqual(inside ? [] : ["web1 will restart: memory; this is outside Sat 22:00-04:00 Europe/Berlin"]);
  });

  it("warns before the apply, which may come at another time, unless restarts are never allowed", () => {
    const verdict = (window?: string) =>
      judged("restart", grows("web1"), { stage: "plan", now: new Date("2026-01-05T12:00:00Z"), ...(window && { options: { window } }) })
        .verdicts[0];
    expect(verdict(options.window)).toMatchObject({
      severity: "warning",
      message: "web1 will restart: memory; apply is refused outside Sat 22:00-04:00 Europe/Berlin",
    });
    expect(verdict("Mon 10:00-14:00")).toBeUndefined();
    expect(verdict()).toMatchObject({ severity: "error", message: "web1 will restart: memory" });
  });

  it("accepts several windows", () => {
    const several = { window: ["Mon-Fri 01:00-05:00", "Sun 00:00-24:00 UTC"] };
    expect(messages(judged("restart", grows("web1"), { options: several, now: new Date("2026-01-04T23:59:00Z") }))).toEqual([]);
    expect(messages(judged("restart", grows("web1"), { options: several, now: new Date("2026-01-05T05:00:00Z") }))).toHaveLength(1);
  });

  it.each([
    ["Sat 22:00", "is not a window of time"],
    ["Sam 22:00-23:00", '"Sam" is not a day'],
    ["Sat 22:61-23:00", '"22:61" is not a time of day'],
    ["Sat 22:00-22:00", "begins and ends at the same time"],
    ["Sat 22:00-23:00 Europe/Bärlin", '"Europe/Bärlin" is not a time zone'],
  ])("refuses the window %s", (window, problem) => {
    expect(() => Window.parse(window)).toThrow(problem);
  });
});

describe("rules about all stacks of a run", () => {
  it("max-restarts counts the guests of all stacks", () => {
    const plans = { kvm1: grows("web1", "web2"), kvm2: grows("db1") };
    expect(judged("max-restarts", plans, { options: { most: 2 } }).verdicts).toMatchObject([
      { resource: "fleet", message: "3 guests go down, but at most 2 may: web1, web2, db1" },
    ]);
    expect(messages(judged("max-restarts", plans, { options: { most: 3 } }))).toEqual([]);
  });

  it("max-restarts does not count guests that are off", () => {
    const off = guest("web1", { id: -1, running: false });
    expect(messages(judged("max-restarts", plan([update("libvirt_domain.web1", off, { memory: 8 }, staysRunning)])))).toEqual([]);
  });

  it("group-down groups guests by their names without the number, over all stacks", () => {
    const plans = { kvm1: grows("web1", "db-1"), kvm2: grows("web2") };
    expect(judged("group-down", plans).verdicts).toMatchObject([
      { resource: "group web", name: "web", message: "2 guests of the group web go down in one apply: web1, web2" },
    ]);
    expect(messages(judged("group-down", plans, { options: { most: 2 } }))).toEqual([]);
    expect(messages(judged("group-down", grows("web1", "db1")))).toEqual([]);
  });

  it("group-down takes the groups that the policy names", () => {
    const options = { groups: { proxies: ["north", "south"] } };
    expect(messages(judged("group-down", grows("north", "south"), { options }))).toEqual([
      "2 guests of the group proxies go down in one apply: north, south",
    ]);
    expect(messages(judged("group-down", grows("north", "south")))).toEqual([]);
  });

  describe("group-down under rollouts", () => {
    const rolling = (atOnce: number, ...names: readonly string[]) =>
      plan(
        names.map((name) => update(`libvirt_domain.${name}`, guest(name), { memory: 8 })),
        {
          configuration: {
            root_module: {},
            provider_config: { libvirt: { name: "libvirt", expressions: { rollout: { constant_value: { at_once: atOnce } } } } },
          },
        },
      );

    it("is satisfied if few enough of a group restart at the same time", () => {
      expect(messages(judged("group-down", rolling(1, "web1", "web2", "web3")))).toEqual([]);
      expect(messages(judged("group-down", rolling(2, "web1", "web2", "web3"), { options: { most: 2 } }))).toEqual([]);
      expect(messages(judged("group-down", rolling(2, "web1", "web2", "web3")))).toEqual([
        "3 guests of the group web go down in one apply, up to 2 at the same time: web1, web2, web3",
      ]);
    });

    it("adds up the stacks that are applied side by side", () => {
      const plans = { kvm1: rolling(1, "web1", "web2"), kvm2: rolling(1, "web3", "web4") };
      expect(messages(judged("group-down", plans))).toEqual([
        "4 guests of the group web go down in one apply, up to 2 at the same time: web1, web2, web3, web4",
      ]);
      const ordered = [
        { ...subjectOf(plans.kvm1, "kvm1"), dependencies: [] },
        { ...subjectOf(plans.kvm2, "kvm2"), dependencies: ["kvm1"] },
      ];
      expect(ruleNamed("group-down").check(ordered, { most: 1, groups: {} }, { now: new Date(), stage: "plan" })).toEqual([]);
    });

    it("leaves max-restarts a count of guests", () => {
      expect(messages(judged("max-restarts", rolling(1, "web1", "web2", "web3"), { options: { most: 2 } }))).toHaveLength(1);
    });
  });

  it("overcommit adds up the running guests of a host, unchanged ones too", () => {
    const here = plan(
      [
        keep("libvirt_domain.web1", guest("web1", { memory: 6 })),
        create("libvirt_domain.web2", guest("web2", { memory: 6 })),
        keep("libvirt_domain.off", guest("off", { memory: 64, running: false })),
        remove("libvirt_domain.gone", guest("gone", { memory: 64 })),
      ],
      onHost("qemu+ssh://root@kvm1.example.org/system"),
    );
    const hosts = (memory: string, cpus: number) => ({ options: { cpus: 1, hosts: { "kvm1.example.org": { memory, cpus } } } });
    expect(messages(judged("overcommit", here, hosts("8 GiB", 3)))).toEqual([
      "kvm1.example.org has 8 GiB of memory, and its running guests 12 GiB; allowed: 8 GiB",
      "kvm1.example.org has 3 CPUs, and its running guests 4 vCPUs; allowed: 3",
    ]);
    expect(messages(judged("overcommit", here, hosts("12 GiB", 4)))).toEqual([]);
  });

  it("overcommit adds up the stacks of one host", () => {
    const stack = (name: string) =>
      plan([keep(`libvirt_domain.${name}`, guest(name, { memory: 6 }))], onHost("qemu+ssh://kvm1.example.org/system"));
    const options = { hosts: { "kvm1.example.org": { memory: "8 GiB", cpus: 8 } } };
    expect(messages(judged("overcommit", { web: stack("web1"), db: stack("db1") }, { options }))).toEqual([
      "kvm1.example.org has 8 GiB of memory, and its running guests 12 GiB; allowed: 8 GiB",
    ]);
    expect(messages(judged("overcommit", { web: stack("web1") }, { options }))).toEqual([]);
  });

  it("overcommit knows that stacks without a host name are on this machine", () => {
    const stack = (name: string) => plan([keep(`libvirt_domain.${name}`, guest(name, { memory: 6 }))], onHost("qemu:///system"));
    const options = { hosts: { web: { memory: "8 GiB", cpus: 8 } } };
    expect(messages(judged("overcommit", { web: stack("web1"), db: stack("db1") }, { options }))).toEqual([
      "localhost has 8 GiB of memory, and its running guests 12 GiB; allowed: 8 GiB",
    ]);
  });

  it("overcommit reads what the stack's data source says about the host", () => {
    const node = {
      address: "data.libvirt_node_info.node",
      mode: "data",
      type: "libvirt_node_info",
      name: "node",
      values: { memory_total_kb: 2 * 1024 * 1024, cpu_cores_total: 1 },
    };
    const here = plan([keep("libvirt_domain.web1", guest("web1"))], {
      ...onHost("qemu:///system"),
      prior_state: { values: { root_module: { resources: [node] } } },
    });
    expect(messages(judged("overcommit", { homelab: here }))).toEqual([
      "homelab has 2 GiB of memory, and its running guests 4 GiB; allowed: 2 GiB",
    ]);
  });

  it("overcommit takes the host and the guests of others from a plan folder, and each guest once", () => {
    const running = (name: string, gib: number, more: object = {}) => ({
      name,
      uuid: "",
      memory: gib * 1024 ** 3,
      vcpus: 2,
      running: true,
      ...more,
    });
    const host = {
      memory: 16 * 1024 ** 3,
      freeMemory: 0,
      cpus: 4,
      pools: [],
      guests: [running("web1", 4), running("gone", 8), running("theirs", 5), running("off", 64, { running: false }), running("left", 1)],
    };
    const changed = plan(
      [
        update("libvirt_domain.web1", guest("web1"), { memory: 8 }),
        remove("libvirt_domain.gone", guest("gone", { memory: 8 })),
        create("libvirt_domain.web2", guest("web2", { memory: 3 })),
      ],
      onHost("qemu+ssh://kvm1/system"),
    );
    expect(messages(judged("overcommit", { kvm1: changed }, { host, options: { cpus: 1 } }))).toEqual([
      "kvm1 has 16 GiB of memory, and its running guests 17 GiB (6 GiB of them in none of these plans); allowed: 16 GiB",
      "kvm1 has 4 CPUs, and its running guests 8 vCPUs (4 of them in none of these plans); allowed: 4",
    ]);
    // what the policy says of a host counts more
    const options = { cpus: 4, hosts: { kvm1: { memory: "32 GiB" } } };
    expect(messages(judged("overcommit", { kvm1: changed }, { host, options }))).toEqual([]);
  });

  it("overcommit says which host it does not know, and judges nothing there", () => {
    const here = plan([keep("libvirt_domain.web1", guest("web1"))], onHost("qemu+ssh://kvm1/system"));
    expect(judged("overcommit", here)).toMatchObject({
      verdicts: [],
      skipped: [
        { rule: "overcommit", what: "the memory of kvm1 is unknown" },
        { rule: "overcommit", what: "the number of CPUs of kvm1 is unknown" },
      ],
    });
  });
});

const onHost = (uri: string) => ({
  configuration: {
    provider_config: { libvirt: { name: "libvirt", expressions: { uri: { constant_value: uri } } } },
    root_module: {},
  },
});

describe("disposable volumes", () => {
  it("are no data: the copy of a cloud-init disk in a pool", () => {
    const copy = volume("web1-seed", 1, { create: { content: { url: "file:///home/me/.cache/cdkvm/web1.iso" } } });
    const both = plan([keep("libvirt_cloudinit_disk.web1", seed("web1", "x")), remove("libvirt_volume.web1-seed", copy)]);
    expect(messages(judged("delete", both))).toEqual([]);
    expect(messages(judged("delete", plan([remove("libvirt_volume.data", volume("data", 1))])))).toEqual(["volume data is deleted"]);
  });
});
