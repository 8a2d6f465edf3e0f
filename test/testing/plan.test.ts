import { HostStack, Image, Network, VM, Volume, type VMProps } from "cdkvm";
import { matchers, planOf, snapshotOf, synth, type Synthesized, verdictsOf } from "cdkvm/testing";
import { describe, expect, it } from "vitest";
import { builtInRules } from "../../policy/index.ts";

expect.extend(matchers);

interface Changes {
  readonly image?: string;
  readonly guest?: Partial<VMProps>;
  readonly ipv4?: string;
  readonly dataSize?: string;
  readonly others?: readonly string[];
  readonly uri?: string;
}

const lab = ({
  guest = {},
  ipv4 = "10.0.0.0/24",
  dataSize = "20 GiB",
  others = [],
  uri = "qemu:///system",
  image = "debian-12",
}: Changes = {}): Promise<Synthesized> =>
  synth((app) => {
    const host = new HostStack(app, "homelab", { uri });
    const lan = new Network(host, "lan", { ipv4 });
    const data = new Volume(host, "data", { size: dataSize });
    const debian = new Image(host, "debian", { url: `https://images.example.org/${image}.qcow2` });
    const web1 = {
      memory: "4 GiB",
      cpus: 2,
      networks: [{ network: lan, ip: "10.0.0.11" }],
      disks: [{ image: debian, size: "10 GiB" }, { volume: data }],
    };
    new VM(host, "web1", { ...web1, ...guest });
    for (const name of others) new VM(host, name, { memory: "1 GiB" });
  });

const restarting = (memory: string): Promise<Synthesized> =>
  synth((app) => {
    const host = new HostStack(app, "homelab", { uri: "qemu:///system", rollout: { groups: ["canary"], atOnce: 2 } });
    for (const name of ["web1", "web2", "canary"]) new VM(host, name, { memory });
  });

describe("planOf", () => {
  it("knows a rollout and the order of its groups", async () => {
    const [plan] = planOf(await restarting("2 GiB"), await restarting("1 GiB"));
    expect(plan?.review.rollout).toMatchObject({ atOnce: 2, steps: [["canary"], ["web1", "web2"]] });
  });

  it("creates everything on an empty host, and changes nothing that is there", async () => {
    const now = await lab();
    expect(planOf(now)).toPlan({ create: ["homelab", "lan", "web1", "data.qcow2", "debian.qcow2", "web1-vda.qcow2"] });
    expect(planOf(now, now)).toPlan({});
    expect(planOf(await lab(), now)).toPlan({});
  });

  it.each<[string, Changes, Parameters<ReturnType<typeof expect<ReturnType<typeof planOf>>>["toPlan"]>[0]]>([
    ["more memory", { guest: { memory: "8 GiB" } }, { restart: ["web1"] }],
    ["another spelling of it", { guest: { memory: "4096 MiB" } }, {}],
    ["a title", { guest: { title: "web" } }, { live: ["web1"] }],
    ["another CPU", { guest: { cpu: "host-model" } }, { restart: ["web1"] }],
    ["a guest that is turned off", { guest: { running: false } }, { stop: ["web1"] }],
    ["a larger volume", { dataSize: "40 GiB" }, { live: ["data.qcow2"] }],
    [
      "another image: the disks on top of it are replaced too, and their guest restarts",
      { image: "debian-13" },
      { replace: ["debian.qcow2", "web1-vda.qcow2"], restart: ["web1"] },
    ],
    ["a new guest", { others: ["web2"] }, { create: ["web2"] }],
  ])("says what follows from %s", async (_, changes, expected) => {
    expect(planOf(await lab(changes), await lab())).toPlan(expected);
  });

  it("restarts nothing that is off", async () => {
    const [before, after] = [await lab({ guest: { running: false } }), await lab({ guest: { running: false, memory: "8 GiB" } })];
    expect(planOf(after, before)).toPlan({ live: ["web1"] });
  });

  it("names what is deleted, with its data", async () => {
    const plan = planOf(await lab(), await lab({ others: ["web2"] }));
    expect(plan).toPlan({ delete: ["web2"] });
  });

  it("follows a construct that moved", async () => {
    const named = (id: string): Promise<Synthesized> =>
      synth((app) => {
        const host = new HostStack(app, "homelab");
        if (id !== "web1") host.moved({ from: "web1", to: id });
        new VM(host, id, { name: "web", memory: "1 GiB" });
      });
    const plan = planOf(await named("front1"), await named("web1"));
    expect(plan).toPlan({});
    expect(plan[0]?.review.counts.moved).toBe(1);
  });

  it("says what differs from the expectation", async () => {
    const plan = planOf(await lab({ guest: { memory: "8 GiB" } }), await lab());
    expect(() => expect(plan).toPlan({ live: ["web1"] })).toThrow(
      /the plan does something else\n {2}restart: web1; expected: nothing\n {2}live: nothing; expected: web1/,
    );
    expect(() => expect(plan).toPlan({ reboot: ["web1"] } as never)).toThrow('there is no "reboot"');
  });
});

describe("toHaveGuest, toHaveNetwork, toHaveVolume", () => {
  it("compare what is named, sizes in any unit", async () => {
    const now = await lab();
    expect(now).toHaveGuest("web1", { memory: "4096 MiB", cpus: 2, networks: ["lan"], ips: ["10.0.0.11"], disks: ["10 GiB", "20480 MiB"] });
    expect(now).toHaveGuest("web1", { stack: expect.stringContaining("lab") });
    expect(now).toHaveNetwork("lan", { mode: "nat", addresses: ["10.0.0.1/24"] });
    expect(now).toHaveVolume("data.qcow2", { size: "20 GiB" });
    expect(now).not.toHaveGuest("web1", { memory: "8 GiB" });
    expect(now).not.toHaveGuest("web2");
    expect(now.only("homelab")).toHaveGuest("web1");
  });

  it("say what is different, what there is, and which keys they know", async () => {
    const now = await lab();
    expect(() => expect(now).toHaveGuest("web1", { memory: "8 GiB", cpus: 4 })).toThrow(
      'guest web1: memory is "4 GiB", not "8 GiB"; cpus is 2, not 4',
    );
    expect(() => expect(now).toHaveGuest("web2")).toThrow("there is no guest web2; there are: web1");
    expect(() => expect(now).toHaveGuest("web1", { memroy: "8 GiB" } as never)).toThrow('there is no "memroy"');
    expect(() => now.only("homelap")).toThrow('no stack is named "homelap"');
  });
});

describe("verdictsOf", () => {
  const rule = (name: string) => builtInRules.find((one) => one.name === name) ?? expect.unreachable();

  it("tests a rule on a plan", async () => {
    const plan = planOf(await lab({ guest: { memory: "8 GiB" } }), await lab());
    expect(verdictsOf(rule("restart"), plan).verdicts).toMatchObject([
      { stack: "homelab", name: "web1", message: "web1 will restart: memory" },
    ]);
    const inside = { options: { window: "Sat 22:00-04:00" }, now: new Date("2026-01-03T23:00:00Z") };
    expect(verdictsOf(rule("restart"), plan, inside).verdicts).toEqual([]);
  });

  it("tests a rule on what there is", async () => {
    const plan = planOf(await lab({ uri: "qemu+ssh://kvm1/system?no_verify=1" }));
    expect(verdictsOf(rule("host-key-checks"), plan).verdicts).toHaveLength(1);
    expect(verdictsOf(rule("image-checksum"), plan).verdicts).toHaveLength(1);
    expect(verdictsOf(rule("overcommit"), plan, { options: { hosts: { kvm1: { memory: "2 GiB", cpus: 1 } } } }).verdicts).toHaveLength(1);
    expect(verdictsOf(rule("host-key-checks"), planOf(await lab())).verdicts).toEqual([]);
  });
});

describe("snapshotOf", () => {
  it("is the same each time, and names no folder or version", async () => {
    const [one, other] = [JSON.stringify(snapshotOf(await lab())), JSON.stringify(snapshotOf(await lab()))];
    expect(one).toBe(other);
    expect(one).toContain('"memory":4');
    for (const varying of [process.cwd(), "/tmp/", "tfstate", "metadata"]) expect(one).not.toContain(varying);
  });
});
