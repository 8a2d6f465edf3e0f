import { describe, expect, it } from "vitest";
import type { Plan } from "../../../engine/plan.ts";
import { topologyMarkdown } from "../../../review/fleet/topology/markdown.ts";
import { mermaidOf } from "../../../review/fleet/topology/mermaid.ts";
import { topologySchema } from "../../../review/fleet/topology/schema.ts";
import { topologyOf } from "../../../review/fleet/topology/topology.ts";
import { judgePlan } from "../../../review/judge.ts";
import { create, disk, guest, keep, network, nic, plan, pool, remove, replace, update, volume } from "../build.ts";

const part = (name: string, of: Plan, host = `qemu+ssh://${name}/system`) => ({ name, hosts: [host], judged: judgePlan(of) });
const on = (name: string, net: string, more = {}) =>
  guest(name, { devices: { disks: [disk("vda", `${name}-root`)], interfaces: [nic("52:54:00:00:00:11", net)] }, ...more });

describe("a fleet's topology", () => {
  it("connects a guest to its network, its bridge and the pool of its disk", () => {
    const web1 = guest("web1", {
      devices: {
        disks: [disk("vda", "x", { source: { file: { file: "/srv/data/web1" } } })],
        interfaces: [nic("52:54:00:00:00:11", "lan"), { source: { bridge: { bridge: "br0" } } }, { source: { direct: { dev: "eno1" } } }],
      },
    });
    const { nodes, links } = topologyOf([
      part(
        "kvm1",
        plan([keep("libvirt_domain.web1", web1), keep("libvirt_volume.v", volume("v", 1, { pool: "data", path: "/srv/data/web1" }))]),
      ),
    ]);
    expect(nodes.map(({ kind, names }) => [kind, ...names])).toEqual([
      ["guest", "web1"],
      ["network", "lan"],
      ["bridge", "br0"],
      ["interface", "eno1"],
      ["pool", "data"],
    ]);
    expect(links).toEqual(["n1", "n2", "n3", "n4"].map((to) => ({ from: "n0", to })));
  });

  it("is one network if one stack of a host makes it and another uses it, and two on two hosts", () => {
    const uses = plan([keep("libvirt_domain.web1", on("web1", "lan"))]);
    const makes = plan([update("libvirt_network.lan", network("lan"), { mtu: { size: 9000 } })]);
    const named = (parts: Parameters<typeof topologyOf>[0]) => topologyOf(parts).nodes.filter(({ kind }) => kind === "network");
    expect(named([part("net", makes, "a"), part("vms", uses, "a")])).toHaveLength(1);
    expect(named([part("net", makes, "a"), part("vms", uses, "b")])).toHaveLength(2);
  });

  it("marks what changes, and links that come and go", () => {
    const { nodes, links } = topologyOf([
      part(
        "kvm1",
        plan([
          update("libvirt_domain.web1", on("web1", "lan"), { devices: on("web1", "dmz")["devices"] }),
          create("libvirt_network.dmz", network("dmz")),
          remove("libvirt_network.lan", network("lan")),
        ]),
      ),
    ]);
    const effects = Object.fromEntries(nodes.map(({ names, effect }) => [names[0], effect]));
    expect(effects).toMatchObject({ dmz: "create", lan: "delete", default: undefined });
    const name = (id: string) => nodes.find((node) => node.id === id)?.names[0];
    expect(links.map(({ to, change }) => [name(to), change])).toEqual([
      ["dmz", "added"],
      ["default", undefined],
      ["lan", "removed"],
    ]);
  });

  it("names the guests on a network or a pool that changes", () => {
    const guests = ["n01", "n02", "n03", "n04"].map((name) => keep(`libvirt_domain.${name}`, on(name, "lan")));
    const { reach } = topologyOf([
      part(
        "kvm1",
        plan([
          ...guests,
          replace("libvirt_network.lan", network("lan"), { name: "lan2" }, [["name"]]),
          keep("libvirt_pool.default", pool("default")),
        ]),
      ),
    ]);
    expect(reach.map(({ text }) => text)).toEqual(["qemu+ssh://kvm1/system: network lan2 is replaced; on it: n01 … n04"]);
  });

  it("draws guests that are alike as one node, and those that change otherwise apart", () => {
    const many = Array.from({ length: 60 }, (_, index) => `n${String(index + 1).padStart(2, "0")}`);
    const { nodes } = topologyOf([
      part(
        "kvm1",
        plan(
          many.map((name) =>
            name === "n60"
              ? update(`libvirt_domain.${name}`, on(name, "lan"), { memory: 8 })
              : keep(`libvirt_domain.${name}`, on(name, "lan")),
          ),
        ),
      ),
    ]);
    expect(nodes.filter(({ kind }) => kind === "guest").map(({ names, effect }) => [names.length, effect])).toEqual([
      [59, undefined],
      [1, "restart"],
    ]);
  });

  it("conforms to its schema", () => {
    const one = topologyOf([part("kvm1", plan([keep("libvirt_domain.web1", on("web1", "lan"))]))]);
    expect(topologySchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });
});

describe("its Mermaid diagram", () => {
  it("is a box for each host, with what changes marked", () => {
    const one = plan([update("libvirt_domain.web1", on("web1", "lan"), { memory: 8 }), keep("libvirt_network.lan", network("lan"))]);
    expect(mermaidOf(topologyOf([part("kvm1", one)]))).toBe(`\`\`\`mermaid
flowchart LR
  subgraph h0["qemu+ssh://kvm1/system"]
    n0["! web1"]:::restart
    n1(["network lan"])
    n2[("pool default")]
  end
  n0 --- n1
  n0 --- n2
  classDef restart stroke:#8a5a00,stroke-width:3px
\`\`\``);
  });

  it.each(['"]\n  click n0 "javascript:alert(1)"', "a`b```", "<img src=x>", "x;end", "%%{init: {}}%%", "\u202egnp"])(
    "is not left by a name: %j",
    (name) => {
      const text = mermaidOf(topologyOf([part("kvm1", plan([create("libvirt_domain.x", on(name, "lan"))]))])) ?? "";
      const node = text.split("\n").find((line) => line.includes(":::create"));
      expect(node).toMatch(/^ {4}n0\["\+ [\p{L}\p{N} .,:+@…~±→!>/_#;-]*"\]:::create$/u);
      expect(text.split("\n").filter((line) => line.includes("click"))).toHaveLength(name.includes("click") ? 1 : 0);
      expect(text.match(/`/g)).toHaveLength(6);
    },
  );

  it("shows only what changes if all of it is too much to draw, and nothing if that is too much too", () => {
    const guests = (count: number, changed: number) =>
      plan(
        Array.from({ length: count }, (_, index) => {
          const one = on(`g${index}`, `net${index}`);
          return index < changed ? update(`libvirt_domain.g${index}`, one, { memory: 8 }) : keep(`libvirt_domain.g${index}`, one);
        }),
      );
    const some = mermaidOf(topologyOf([part("kvm1", guests(600, 2))])) ?? "";
    expect(some).toContain("! g0");
    expect(some).not.toContain("g2");
    expect(mermaidOf(topologyOf([part("kvm1", guests(600, 600))]))).toBeUndefined();
  });

  it("stands folded in Markdown, with who hangs on what changes", () => {
    const one = plan([keep("libvirt_domain.web1", on("web1", "lan")), remove("libvirt_network.lan", network("lan"))]);
    const text = topologyMarkdown(topologyOf([part("kvm1", one)]));
    expect(text).toMatch(/^\n<details><summary>Topology<\/summary>\n\n```mermaid\n/);
    expect(text).toContain("- qemu+ssh:&#47;/kvm1/system: network lan is deleted; on it: web1".replace(":&#47;/", ":/&#47;"));
    expect(topologyMarkdown({ nodes: [], links: [], reach: [] })).toBe("");
  });
});
