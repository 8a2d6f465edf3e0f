import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const none = { changes: false, actions: [], warnings: [] };

describeWithHosts("libvirt's defaults, spelled out", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(() => work.remove());
  const write = (resource: Record<string, Record<string, Block>>, more: Block = {}): Promise<void> => work.write(resource, more);

  const network: Block = {
    name: "lan",
    ipv6: "no",
    bridge: { name: "lan0", stp: "on", delay: "0" },
    domain: { name: "lan.example", local_only: "no" },
    dns: { enable: "yes" },
    ips: [{ address: "10.78.0.1", prefix: 24, family: "ipv4" }],
    port_groups: [
      { name: "a", default: "no" },
      { name: "b", default: "yes" },
    ],
  };
  const ovs: Block = {
    name: "ovs",
    forward: { mode: "bridge" },
    bridge: { name: "ovsbr0" },
    virtual_port: { params: { open_v_switch: {} } },
    port_groups: [
      { name: "one", vlan: { trunk: "no", tags: [{ id: 7 }] } },
      { name: "two", vlan: { trunk: "yes", tags: [{ id: 7 }, { id: 8 }] } },
    ],
  };

  test("of a network are not changes, but changing them is detected", { timeout: 60_000 }, async ({ host }) => {
    await write({ libvirt_network: { lan: network, ovs } });
    await work.apply();
    expect(await work.plan()).toEqual(none);
    expect(await host.virsh("net-dumpxml", "--inactive", "ovs")).not.toContain("trunk='no'");

    await host.exec("sh", [
      "-c",
      "virsh net-dumpxml --inactive ovs | sed \"s/<vlan>/<vlan trunk='yes'>/\" >/run/ovs.xml && virsh net-define /run/ovs.xml",
    ]);
    expect((await work.plan()).actions).toEqual(["update libvirt_network.ovs"]);
    await work.apply();
    expect(await host.virsh("net-dumpxml", "--inactive", "ovs")).toMatch(/name='one'[^]*<vlan>[^]*name='two'[^]*<vlan trunk='yes'>/);
    expect(await work.plan()).toEqual(none);
    await work.destroy();
  });

  test("of an imported network restart nothing", { timeout: 60_000 }, async ({ host }) => {
    await write({ libvirt_network: { lan: network, ovs } });
    await work.apply();
    const index = async (): Promise<string> => (await host.exec("cat", ["/sys/class/net/lan0/ifindex"])).stdout;
    const before = await index();
    const other = await Workspace.open(host.uri);
    try {
      const imports = ["lan", "ovs"].map((id) => ({ to: `libvirt_network.${id}`, id }));
      await other.write({ libvirt_network: { lan: network, ovs } }, { import: imports });
      expect((await other.plan()).warnings).toEqual([]);
      await other.apply();
      expect(await index()).toBe(before);
      expect(await other.plan()).toEqual(none);
      await other.destroy();
    } finally {
      await other.remove();
    }
  });

  const guest: Block = {
    type: "qemu",
    name: "plain",
    memory: 64,
    memory_unit: "MiB",
    vcpu: 1,
    vcpu_placement: "static",
    on_poweroff: "destroy",
    on_reboot: "restart",
    on_crash: "destroy",
    os: { type: "hvm", type_arch: "x86_64", type_machine: "q35" },
    clock: { offset: "utc" },
    devices: {
      disks: [
        {
          device: "disk",
          driver: { name: "qemu", type: "raw", cache: "default" },
          source: { file: { file: "/var/lib/libvirt/images/plain.raw" } },
          target: { dev: "vda", bus: "virtio" },
          io_tune: { total_bytes_sec: 0 },
        },
      ],
      interfaces: [{ source: { bridge: { bridge: "br0" } }, model: { type: "virtio" }, mac: { address: "52:54:00:14:00:01" } }],
      consoles: [{ source: { pty: {} }, target: { type: "virtio", port: 5 } }],
    },
  };

  test("of a guest are not changes, and a number that libvirt replaced is reported once", { timeout: 60_000 }, async ({ host }) => {
    await write({ libvirt_domain: { plain: guest } });
    const { diagnostics } = await work.engine.apply();
    expect(diagnostics.map(({ summary }) => summary)).toEqual(["plain: libvirt stores other values for devices.consoles.0.target.port"]);
    expect(await work.plan()).toEqual(none);
    await host.exec("sh", [
      "-c",
      'virsh dumpxml --inactive plain | sed "s/on_reboot>restart/on_reboot>destroy/" >/run/plain.xml && virsh define /run/plain.xml',
    ]);
    expect((await work.plan()).actions).toEqual(["update libvirt_domain.plain"]);
    await work.apply();
    expect(await work.plan()).toEqual(none);
    await work.destroy();
  });

  test("of an imported guest change nothing", { timeout: 60_000 }, async ({ host }) => {
    await write({ libvirt_domain: { plain: guest } });
    await work.apply();
    // libvirt reorders controllers when it reads its own XML
    const definition = async (): Promise<string[]> => (await host.virsh("dumpxml", "--inactive", "plain")).split("\n").sort();
    const before = await definition();
    const other = await Workspace.open(host.uri);
    try {
      await other.write({ libvirt_domain: { plain: guest } }, { import: [{ to: "libvirt_domain.plain", id: "plain" }] });
      expect((await other.plan()).warnings).toEqual([]);
      await other.apply();
      expect(await definition()).toEqual(before);
      expect(await other.plan()).toEqual(none);
      await other.destroy();
    } finally {
      await other.remove();
    }
  });

  test("of an imported pool and volume neither restart nor replace anything", { timeout: 60_000 }, async ({ host }) => {
    const permissions = { owner: "0", group: "0", mode: "0711" };
    const pool: Block = { name: "own", type: "dir", target: { path: "/var/lib/libvirt/own", permissions } };
    const volume: Block = {
      name: "v.qcow2",
      pool: "own",
      type: "file",
      capacity: 64,
      capacity_unit: "MiB",
      target: { format: { type: "qcow2" }, permissions: { mode: "0600", owner: "0", group: "0" } },
    };
    await host.exec("sh", ["-c", "mkdir -m 711 /var/lib/libvirt/own"]);
    await host.virsh("pool-create-as", "own", "dir", "--target", "/var/lib/libvirt/own");
    await host.exec("sh", ["-c", "virsh pool-dumpxml own >/run/own.xml && virsh pool-define /run/own.xml && virsh pool-autostart own"]);
    await host.virsh("vol-create-as", "own", "v.qcow2", "64M", "--format", "qcow2");
    const inode = async (): Promise<string> => (await host.exec("stat", ["-c", "%i %w", "/var/lib/libvirt/own/v.qcow2"])).stdout;
    const before = await inode();
    const imports = [
      { to: "libvirt_pool.own", id: "own" },
      { to: "libvirt_volume.v", id: "own/v.qcow2" },
    ];
    await write({ libvirt_pool: { own: pool }, libvirt_volume: { v: volume } }, { import: imports });
    const plan = await work.plan();
    expect(plan.warnings).toEqual([]);
    expect(plan.actions.filter((action) => !action.startsWith("update "))).toEqual([]);
    await work.apply();
    expect(await inode()).toBe(before);
    expect(await work.plan()).toEqual(none);

    const larger = { ...volume, target: { format: { type: "qcow2" }, compat: "0.10" } };
    await write({ libvirt_pool: { own: pool }, libvirt_volume: { v: larger } });
    expect((await work.plan()).warnings).toEqual(["The data of volume v.qcow2 will be lost"]);
  });
});
