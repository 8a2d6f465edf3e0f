import { describe, expect, it } from "vitest";
import type { Plan } from "../../engine/plan.ts";
import { writeXml } from "../../libvirt/codec/write.ts";
import { fleetReview, fleetReviewSchema, LIMITS, renderFleetMarkdown } from "../../review/index.ts";
import {
  cdrom,
  constants,
  create,
  disk,
  drift,
  guest,
  keep,
  network,
  nic,
  plan,
  remove,
  replace,
  seed,
  staysRunning,
  update,
  volume,
} from "./build.ts";
import { fleets } from "./fleet-plans.ts";

const many = <T>(count: number, make: (name: string) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(`n${String(index + 1).padStart(2, "0")}`));

const textsOf = (...plans: readonly (readonly [stack: string, plan: Plan])[]): readonly string[] =>
  fleetReview(plans.map(([stack, one]) => ({ stack, plan: one }))).groups.map(({ text }) => text);

const running = (name: string, more: Record<string, unknown> = {}): Record<string, unknown> =>
  guest(name, { devices: { disks: [disk("vda", `${name}-root`)], interfaces: [nic(`52:54:00:00:00:${name.slice(1)}`, "lan")] }, ...more });

const config = (users: readonly string[]): string =>
  `#cloud-config\nusers:\n${users.map((name) => `  - name: ${name}\n    sudo: ALL=(ALL) NOPASSWD:ALL\n`).join("")}`;

describe("a fleet's review", () => {
  it("says once what happens to sixty guests for the same reason", () => {
    const one = plan(
      many(60, (name) => update(`libvirt_domain.${name}`, running(name, { memory: 24, memory_unit: "MiB" }), { memory: 32 })),
    );
    expect(textsOf(["kvm1", one])).toEqual(["kvm1: 60 guests (n01 … n60) will restart: memory 24 → 32 MiB"]);
    expect(fleetReview([{ stack: "kvm1", plan: one }])).toMatchObject({
      atOnce: 60,
      down: [
        {
          how: "restart",
          seconds: 300,
          text: "kvm1: 60 guests (n01 … n60) restart: memory; down for up to 300 s each before they are turned off",
        },
      ],
    });
  });

  /** Sixty guests, each changed in the same way but for what is its own. */
  const sixty = (after: (name: string) => Record<string, unknown>, more: Record<string, unknown> = {}): readonly string[] =>
    textsOf(["kvm1", plan(many(60, (name) => update(`libvirt_domain.${name}`, running(name), after(name), more)))]);
  const vda = (name: string) => disk("vda", `${name}-root`);
  const mac = (name: string): string => `52:54:00:00:00:${name.slice(1)}`;

  it.each([
    [
      "disk vdb (<name>-data) added, live",
      (name: string) => ({ disks: [vda(name), disk("vdb", `${name}-data`)], interfaces: [nic(mac(name), "lan")] }),
    ],
    [
      "interface moves from network lan to network dmz, live",
      (name: string) => ({ disks: [vda(name)], interfaces: [nic(mac(name), "dmz")] }),
    ],
    ["interface (network lan) removed, live", (name: string) => ({ disks: [vda(name)], interfaces: [] })],
  ])("says once what sixty guests get that is each one's own: %s", (words, devices) => {
    expect(sixty((name) => ({ devices: devices(name), id: 7 }), staysRunning)).toEqual([`kvm1: 60 guests (n01 … n60): ${words}`]);
  });

  it("gives the one guest of sixty that gets something else its own line", () => {
    const titles = sixty((name) => ({ title: name === "n17" ? "their n18" : `their ${name}`, id: 7 }), staysRunning);
    expect(titles).toEqual([
      "kvm1: 59 guests (n01 … n16, n18 … n60): title set to their <name>, live",
      "kvm1: n17: title set to their n18, live",
    ]);
  });

  it.each([
    [{ action_reason: "delete_because_no_resource_config" }, "are deleted (they are no longer in the configuration)"],
    [{ action_reason: "delete_because_count_index" }, "are deleted (count no longer includes them)"],
    [{ action_reason: "delete_because_no_module" }, "are deleted (their modules are no longer in the configuration)"],
  ])("gives the reason of many as of many: %j", (more, words) => {
    const gone = plan(many(60, (name) => remove(`libvirt_domain.${name}`, running(name), more)));
    expect(textsOf(["kvm1", gone])).toEqual([`kvm1: 60 guests (n01 … n60) ${words}`]);
  });

  it("says what an unfinished replacement left of many", () => {
    const left = plan(many(3, (name) => remove(`libvirt_domain.${name}`, running(name), { deposed: "0123abcd" })));
    expect(textsOf(["kvm1", left])[0]).toMatch(/^kvm1: what an unfinished replacement left of 3 guests \(n01 … n03\) is deleted/);
  });

  it("puts guests of several stacks together, and names the stacks", () => {
    const on = (...names: readonly string[]): Plan =>
      plan(names.map((name) => update(`libvirt_domain.${name}`, running(name), { memory: 8 })));
    expect(textsOf(["kvm1", on("n01", "n02")], ["kvm2", on("n03")], ["kvm3", on("db1")])).toEqual([
      "kvm1 … kvm3: 4 guests (db1, n01 … n03) will restart: memory 4 → 8 GiB",
    ]);
  });

  it("tells what a new user in cloud-init may do, and that the guest that exists does not get it", () => {
    const image = (name: string): Record<string, unknown> =>
      volume(name, 1, { path: `/pool/${name}`, create: { content: { url: "/home/me/.cache/cdkvm/web1-seed.iso" } } });
    const web1 = guest("web1", { devices: { disks: [disk("vda", "web1-root"), cdrom("sda", "/pool/web1-seed")], interfaces: [] } });
    const changed = plan(
      [
        keep("libvirt_domain.web1", web1),
        replace("libvirt_cloudinit_disk.web1-seed", seed("web1-seed", config(["ops"])), seed("web1-seed", config(["ops", "ops2"])), [
          ["user_data"],
        ]),
        replace("libvirt_volume.web1-seed", image("web1-seed"), { create: { content: { url: "/home/me/.cache/cdkvm/other.iso" } } }, [
          ["create"],
        ]),
      ],
      constants("libvirt_cloudinit_disk.web1-seed"),
    );
    expect(textsOf(["kvm1", changed])).toEqual([
      "kvm1: web1: cloud-init: user added: ops2, sudo: all, without a password; no effect on the guest that exists",
    ]);
  });

  it("shows a new guest with its volumes and its cloud-init disk as one line", () => {
    const unknown = { change: { after_unknown: { path: true, id: true } } };
    const file = { source: { volume: { pool: "default", volume: "web2-seed" } }, device: "cdrom", target: { dev: "sda", bus: "sata" } };
    const one = plan(
      [
        create(
          "libvirt_domain.web2",
          guest("web2", {
            id: undefined,
            devices: { disks: [disk("vda", "web2-root"), disk("vdb", "web2-data"), file], interfaces: [nic("52:54:00:00:00:12", "lan")] },
          }),
          { change: { after_unknown: { id: true } } },
        ),
        create("libvirt_volume.web2-root", volume("web2-root", 10, { path: undefined, id: undefined }), unknown),
        create("libvirt_volume.web2-data", volume("web2-data", 20, { path: undefined, id: undefined }), unknown),
        create(
          "libvirt_volume.web2-seed",
          { name: "web2-seed", pool: "default" },
          { change: { after_unknown: { path: true, create: { content: { url: true } } } } },
        ),
        create("libvirt_cloudinit_disk.web2-seed", seed("web2-seed", config(["ops"]), { path: undefined }), {
          change: { after_unknown: { path: true } },
        }),
      ],
      {
        configuration: {
          root_module: {
            resources: [
              {
                address: "libvirt_volume.web2-seed",
                expressions: {
                  create: {
                    content: { url: { references: ["libvirt_cloudinit_disk.web2-seed.path", "libvirt_cloudinit_disk.web2-seed"] } },
                  },
                },
              },
            ],
          },
        },
      },
    );
    const review = fleetReview([{ stack: "kvm1", plan: one }]);
    expect(review.groups.map(({ text }) => text)).toEqual([
      "kvm1: web2 is created and started: 2 vCPUs, 4 GiB, disk vda (10 GiB), disk vdb (20 GiB), CD-ROM sda (cloud-init), interface on network lan",
    ]);
    expect(review.groups[0]?.parts.map(({ name }) => name).toSorted()).toEqual(["web2-data", "web2-root", "web2-seed", "web2-seed"]);
  });

  it("recognizes a rename, and a guest that goes to another host without its disks", () => {
    const gone = plan([remove("libvirt_domain.web3", guest("web3")), create("libvirt_domain.web4", guest("web4"))]);
    expect(fleetReview([{ stack: "kvm1", plan: gone }]).renames).toMatchObject([
      { kind: "renamed", text: expect.stringContaining("guest web3 seems to be renamed to web4") },
    ]);
    const [from, to] = [plan([remove("libvirt_domain.web3", guest("web3"))]), plan([create("libvirt_domain.web3", guest("web3"))])];
    expect(
      fleetReview([
        { stack: "kvm1", plan: from },
        { stack: "kvm2", plan: to },
      ]).renames,
    ).toMatchObject([{ kind: "moved", text: "guest web3 goes from kvm1 to kvm2; its disks do not go with it" }]);
  });

  it("looks for a renamed guest on its own host first, and says once that many go to another", () => {
    const renamed = () => plan([remove("libvirt_domain.a", guest("web3")), create("libvirt_domain.b", guest("web3"))]);
    const hosts = ["kvm1", "kvm2"].map((stack) => ({ stack, plan: renamed() }));
    expect(fleetReview(hosts).renames.map(({ text }) => text)).toEqual(
      ["kvm1", "kvm2"].map((stack) => expect.stringMatching(new RegExp(`^${stack}: guest web3 seems to have a new path`))),
    );
    const [from, to] = [
      plan(many(60, (name) => remove(`libvirt_domain.${name}`, running(name)))),
      plan(many(60, (name) => create(`libvirt_domain.${name}`, running(name)))),
    ];
    const moved = fleetReview([
      { stack: "kvm1", plan: from },
      { stack: "kvm2", plan: to },
    ]);
    expect(renderFleetMarkdown(moved)).toContain("- guest n01 goes from kvm1 to kvm2; its disks do not go with it; likewise n02 … n60\n");
    expect(moved.groups.map(({ text }) => text)).toContain(
      "kvm2: 60 guests (n01 … n60) are created and started: 2 vCPUs, 4 GiB, disk vda (<name>-root), interface on network lan",
    );
  });

  it("names the guests that lose their address when DHCP is switched off", () => {
    const off = plan([
      keep("libvirt_domain.n01", running("n01")),
      update("libvirt_network.lan", network("lan"), { ips: [{ address: "10.0.0.1", prefix: 24 }] }),
    ]);
    expect(fleetReview([{ stack: "kvm1", plan: off }]).networkLosses.map(({ text }) => text)).toContain(
      "kvm1: n01 loses its address when the DHCP lease ends: network lan gives out no more",
    );
  });

  it("counts all stacks, also where the host of only one is known", () => {
    const known = plan([update("libvirt_domain.n01", running("n01"), { memory: 8 })]);
    const text = renderFleetMarkdown(
      fleetReview([
        { stack: "kvm1", hosts: ["qemu+ssh://root@kvm1/system"], plan: known },
        { stack: "kvm2", plan: known },
      ]),
    );
    expect(text).toContain("| kvm1 | 0 | 0 | 1 |");
    expect(text).toContain("| all | 0 | 0 | 2 |");
  });

  it("names the guest whose disk grows", () => {
    const grown = plan([
      keep("libvirt_domain.n01", running("n01")),
      update("libvirt_volume.n01-root", volume("n01-root", 4), { capacity: 8, capacity_unit: "GiB" }),
    ]);
    expect(textsOf(["kvm1", grown])).toEqual(["kvm1: volume n01-root grows 4 → 8 GiB (online), disk vda of n01"]);
  });

  it("shows how the libvirt XML of the first guest changes, without its secrets", () => {
    const graphics = (passwd: string): Record<string, unknown> => ({ devices: { graphics: [{ vnc: { passwd, listen: "127.0.0.1" } }] } });
    const changed = plan(
      ["n01", "n02"].map((name) =>
        update(`libvirt_domain.${name}`, guest(name, graphics("oldsecret")), { memory: 8, ...graphics("newsecret") }),
      ),
    );
    const { groups } = fleetReview([{ stack: "kvm1", plan: changed }], { writeXml });
    expect(groups[0]?.xml).toContain('-  <memory unit="GiB">4</memory>\n+  <memory unit="GiB">8</memory>');
    expect(JSON.stringify(groups)).not.toMatch(/oldsecret|newsecret/);
    expect(renderFleetMarkdown(fleetReview([{ stack: "kvm1", plan: changed }], { writeXml }))).toContain("libvirt XML of n01");
  });

  it("says when guests ask for more than their host has, and what they asked for before", () => {
    const GIB = 1024 ** 3;
    const facts = {
      memory: 16 * GIB,
      freeMemory: 8 * GIB,
      cpus: 8,
      pools: [],
      guests: [{ name: "n01", uuid: "", memory: 12 * GIB, vcpus: 2, running: true }],
    };
    const uri = "qemu+ssh://root@kvm1/system";
    const { capacity } = fleetReview(
      [{ stack: "kvm1", hosts: [uri], plan: plan([create("libvirt_domain.n02", guest("n02", { memory: 8 }))]) }],
      {
        hosts: { [uri]: facts },
      },
    );
    expect(capacity.map(({ text, over }) => [text, over])).toEqual([
      ["kvm1: guests ask for 20 GiB of memory, and the host has 16 GiB (12 GiB before)", true],
      ["kvm1: guests ask for 4 CPUs, and the host has 8 (2 before)", false],
    ]);
  });

  it("conforms to its schema", () => {
    const data = fleetReview([{ stack: "kvm1", plan: plan([keep("libvirt_domain.n01", running("n01"))]) }], { title: "lab" });
    expect(fleetReviewSchema.parse(JSON.parse(JSON.stringify(data)))).toEqual(JSON.parse(JSON.stringify(data)));
  });
});

describe("the Markdown of a fleet's review", () => {
  it.each(Object.keys(fleets))("is as kept: %s", async (name) => {
    const parts = Object.entries(fleets[name]?.() ?? {}).map(([stack, one]) => ({ stack, plan: one }));
    const text = renderFleetMarkdown(fleetReview(parts, { title: "homelab" }));
    await expect(text).toMatchFileSnapshot(`../fixtures/review/fleet/${name.replaceAll(/\W+/g, "-")}.md`);
  });

  it("has one line for sixty guests that lose a network, drift, or break a rule", () => {
    const lost = plan(
      many(60, (name) => update(`libvirt_domain.${name}`, running(name), { devices: { disks: [], interfaces: [] }, id: 7 }, staysRunning)),
      { resource_drift: many(60, (name) => drift(`libvirt_domain.${name}`, running(name), { title: name })) },
    );
    const verdicts = many(60, (name) => ({
      rule: "network-loss",
      severity: "error" as const,
      stack: "kvm1",
      resource: `libvirt_domain.${name}`,
      name,
      message: `${name} loses network lan`,
      fix: "",
    }));
    const review = { ...fleetReview([{ stack: "kvm1", plan: lost }]), policy: { verdicts, skipped: [], unusedWaivers: [] } };
    const text = renderFleetMarkdown(review);
    expect(text).toContain("> - kvm1: network-loss: n01 loses network lan; likewise n02 … n60\n");
    expect(text).toContain("> - kvm1: n01 loses network lan; it has no other; likewise n02 … n60\n");
    expect(text).toContain("- kvm1: changed outside cdkvm: n01: title set to n01; this plan corrects it; likewise n02 … n60\n");
  });

  it("does not fold a loss that volumes on top of it feel", () => {
    const base = (name: string) => volume(`${name}-base`, 1, { create: { content: { url: "https://example.com/x" } } });
    const lost = plan([
      ...many(8, (name) => remove(`libvirt_volume.${name}-base`, base(name))),
      keep("libvirt_volume.top", volume("top", 2, { backing_store: { path: "/var/lib/libvirt/images/n03-base" } })),
    ]);
    const text = renderFleetMarkdown(fleetReview([{ stack: "kvm1", plan: lost }]));
    expect(text).toContain("> - kvm1: volume n03-base is deleted; volumes on top of it become unreadable: top\n");
    expect(text).toContain("> - kvm1: 7 volumes (n01-base, n02-base, n04-base … n08-base) are deleted; their data is lost\n");
  });

  it("keeps to a forge's limit even if what must not be cut is too long: counts stay, and it says how much is missing", () => {
    const verdicts = many(3000, (name) => ({
      rule: "own",
      severity: "error" as const,
      stack: "kvm1",
      resource: name,
      name,
      message: `${name.repeat(3)} is not alike`,
      fix: "",
    }));
    const review = fleetReview([{ stack: "kvm1", plan: plan([remove("libvirt_volume.v", volume("v", 10))]) }]);
    const text = renderFleetMarkdown({ ...review, policy: { verdicts, skipped: [], unusedWaivers: [] } });
    expect(text.length).toBeLessThanOrEqual(LIMITS.github);
    expect(text).toMatch(/> - … and \d+ more, left out for length\n/);
    expect(text).toContain("> - kvm1: volume v (10 GiB) is deleted; its data is lost\n");
    expect(text).toContain("| all | 0 | 0 | 0 | 0 | 1 | 0 |");
  });

  it("keeps to a forge's limit: details go first, losses and counts never", () => {
    const lost = plan(
      Array.from({ length: 500 }, (_, index) => remove(`libvirt_volume.v${index}x`, volume(`v${index}x`, 10 + (index % 3)))),
    );
    const review = fleetReview([{ stack: "kvm1", plan: lost }]);
    const text = renderFleetMarkdown(review, { limit: LIMITS.bitbucket });
    expect(text.length).toBeLessThanOrEqual(LIMITS.bitbucket);
    expect(text).toContain("500 volumes");
    expect(text).toMatch(/\| delete \|/);
    expect(renderFleetMarkdown(review, { limit: LIMITS.gitlab }).length).toBeGreaterThan(text.length - 1);
  });
});
