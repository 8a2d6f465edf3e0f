import { afterAll, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const DOMAIN = `<domain type='qemu'><name>idle</name><memory unit='MiB'>64</memory><vcpu>2</vcpu>
<os><type arch='x86_64' machine='q35'>hvm</type></os>
<devices><interface type='network'><mac address='52:54:00:00:00:07'/><source network='lan'/></interface>
<graphics type='vnc' passwd='hidden'/></devices></domain>`;
const NETWORK = `<network><name>lan</name><bridge name='virbr7'/><ip address='10.77.0.1' prefix='24'/></network>`;

describeWithHosts("data sources for existing objects", () => {
  let work: Workspace;
  test.beforeAll(async ({ host }) => {
    work = await Workspace.open(host.uri);
    const give = (name: string, input: string): Promise<unknown> => host.exec("sh", ["-c", `cat >/run/${name}.xml`], { input });
    await give("lan", NETWORK);
    await give("idle", DOMAIN);
    await host.virsh("net-define", "/run/lan.xml");
    await host.virsh("net-start", "lan");
    await host.virsh("define", "/run/idle.xml");
    await host.virsh("pool-define-as", "images", "dir", "--target", "/var/lib/libvirt/images");
    await host.virsh("pool-start", "images");
    await host.virsh("pool-autostart", "images");
    await host.virsh("vol-create-as", "images", "base.qcow2", "8MiB", "--format", "qcow2");
    await host.virsh("pool-define-as", "off", "dir", "--target", "/var/lib/libvirt/off");
  });
  afterAll(() => work.remove());

  const read = async (data: Record<string, Record<string, Block>>): Promise<Record<string, Block>> => {
    const output = Object.fromEntries(
      Object.entries(data).flatMap(([type, all]) =>
        Object.keys(all).map((name) => [name, { value: `\${data.${type}.${name}}`, sensitive: true }]),
      ),
    );
    await work.write({}, { data, output });
    await work.apply();
    const outputs = await work.engine.output();
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as Block]));
  };

  test("report all attributes of the resource's table, and whether it runs", { timeout: 60_000 }, async ({ host }) => {
    const uuid = (await host.virsh("domuuid", "idle")).trim();
    const found = await read({
      libvirt_pool: { pool: { name: "images" }, off: { name: "off" } },
      libvirt_network: { network: { name: "lan" } },
      libvirt_volume: { volume: { pool: "images", name: "base.qcow2" }, by_path: { path: "/var/lib/libvirt/images/base.qcow2" } },
      libvirt_domain: { domain: { name: "idle" }, by_uuid: { uuid } },
    });
    expect(found["pool"]).toMatchObject({ type: "dir", target: { path: "/var/lib/libvirt/images" }, active: true, autostart: true });
    expect(found["pool"]?.["available"]).toEqual(expect.any(Number));
    expect(found["off"]).toMatchObject({ active: false, autostart: false });
    expect(found["network"]).toMatchObject({ bridge: { name: "virbr7" }, active: true, autostart: false });
    expect(found["volume"]).toMatchObject({
      capacity: 8 << 20,
      target: { format: { type: "qcow2" } },
      path: "/var/lib/libvirt/images/base.qcow2",
    });
    expect(found["by_path"]).toEqual(found["volume"]);
    expect(found["domain"]).toMatchObject({ uuid, vcpu: 2, memory: 65536, running: false, id: -1, type: "qemu" });
    expect(found["domain"]?.["devices"]).toMatchObject({
      interfaces: [{ mac: { address: "52:54:00:00:00:07" }, source: { network: { network: "lan" } } }],
    });
    expect(JSON.stringify(found["domain"])).not.toContain("hidden");
    expect(found["by_uuid"]).toEqual(found["domain"]);
    expect((await work.plan()).changes).toBe(false);
  });

  test.each([
    ["libvirt_pool", { name: "nope" }, 'there is no storage pool "nope" on this host', "name"],
    ["libvirt_network", { name: "nope" }, 'there is no network "nope" on this host', "name"],
    ["libvirt_domain", { name: "nope" }, 'there is no guest "nope" on this host', "name"],
    ["libvirt_volume", { pool: "images", name: "nope" }, 'there is no volume in pool "images" "nope" on this host', "name"],
    ["libvirt_volume", { pool: "off", name: "nope" }, 'the storage pool "off" is not running', "pool"],
    ["libvirt_pool", {}, "No storage pool is given", undefined],
    ["libvirt_volume", { name: "nope" }, "A volume's name needs its pool", undefined],
    ["libvirt_domain", { uuid: "x" }, '"x" is not a UUID', "uuid"],
    ["libvirt_node_device_info", { name: "nope" }, 'there is no device "nope" on this host', "name"],
    ["libvirt_node_devices", { capability: "gpu" }, 'Unknown device capability "gpu"', "capability"],
  ])("%s %j: %s", { timeout: 30_000 }, async (type, config, summary, attribute) => {
    await work.write({}, { data: { [type]: { x: config } } });
    const [error] = await work.failingPlan();
    expect(error?.summary).toBe(summary);
    expect(error?.detail).toContain("fix:");
    if (attribute !== undefined) expect(error?.snippet?.code).toContain(`"${attribute}"`);
  });

  test("the host's devices are listed and described", { timeout: 60_000 }, async ({ host }) => {
    const names = (await host.virsh("nodedev-list", "--cap", "net")).split("\n").filter(Boolean).sort();
    const loopback = names.find((name) => name.startsWith("net_lo_")) ?? "";
    const found = await read({
      libvirt_node_devices: { net: { capability: "net" }, all: {} },
      libvirt_node_device_info: { lo: { name: loopback }, computer: { name: "computer" } },
    });
    expect(found["net"]?.["devices"]).toEqual(names);
    expect(found["all"]?.["devices"]).toEqual(expect.arrayContaining([...names, "computer"]));
    expect(found["lo"]).toMatchObject({
      name: loopback,
      capability: { type: "net", interface: "lo", address: "00:00:00:00:00:00" },
    });
    expect(found["computer"]).toMatchObject({ capability: { type: "system" } });
  });
});
