import { afterEach, beforeEach, expect } from "vitest";
import { describeWithHosts, test } from "../hosts/fixture.ts";
import type { Host } from "../hosts/host.ts";
import { Workspace } from "./workspace.ts";

type Block = Record<string, unknown>;

const ip = (dhcp: Block = {}): Block => ({
  address: "10.77.0.1",
  prefix: 24,
  dhcp: { ranges: [{ start: "10.77.0.100", end: "10.77.0.200" }], ...dhcp },
});
const lab = (more: Block = {}): Block => ({
  name: "lab",
  bridge: { name: "lab0" },
  domain: { name: "lab.example", local_only: "yes" },
  ips: [ip()],
  autostart: true,
  ...more,
});
const networks = async (host: Host): Promise<string> => (await host.virsh("net-list", "--all", "--name")).trim();
const xml = (host: Host, ...flags: string[]): Promise<string> => host.virsh("net-dumpxml", "lab", ...flags);
/** What a restart of the network would change. */
const bridgeIndex = async (host: Host): Promise<string> => (await host.exec("cat", ["/sys/class/net/lab0/ifindex"])).stdout.trim();
/** The bridge that an interface is on. */
const master = async (host: Host, device: string): Promise<string> =>
  (await host.exec("sh", ["-c", `basename $(readlink /sys/class/net/${device}/master) 2>/dev/null || true`])).stdout.trim();

async function startGuest(host: Host): Promise<void> {
  const domain = `<domain type='qemu'><name>user</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>
    <devices><interface type='network'><mac address='52:54:00:11:22:33'/><source network='lab'/><target dev='tap-user'/><model type='virtio'/></interface></devices></domain>`;
  await host.exec("sh", ["-c", "cat >/run/user.xml && virsh -c qemu:///system create /run/user.xml"], { input: domain });
}

describeWithHosts("libvirt_network", () => {
  let work: Workspace;
  beforeEach<{ host: Host }>(async ({ host }) => {
    work = await Workspace.open(host.uri);
  });
  afterEach(() => work.remove());
  const write = (n: Block): Promise<void> => work.write({ libvirt_network: { n } });

  test("is created, unchanged, reverted after drift, and removed", { timeout: 60_000 }, async ({ host }) => {
    await work.write({
      libvirt_network: {
        n: lab({ forward: { mode: "nat" }, dns: { host: [{ ip: "10.77.0.5", hostnames: [{ hostname: "nas" }] }] }, mtu: { size: 1400 } }),
        v6: { name: "six", ips: [{ family: "ipv6", address: "FD00:93:0::1", prefix: 64 }] },
        plain: { name: "plain", forward: { mode: "bridge" }, bridge: { name: "br-of-host" } },
      },
    });
    await work.apply();
    expect(await host.virsh("net-info", "lab")).toMatch(/Active:\s+yes[^]*Persistent:\s+yes[^]*Autostart:\s+yes/);
    const first = await work.plan();
    expect(first.actions).toEqual([]);

    await host.virsh("net-destroy", "lab");
    await host.virsh("net-autostart", "--disable", "lab");
    await host.virsh("net-undefine", "plain").catch(() => {});
    await host.virsh("net-destroy", "plain");
    expect((await work.plan()).actions.sort()).toEqual(["create libvirt_network.plain", "update libvirt_network.n"]);
    await work.apply();
    expect(await host.virsh("net-info", "lab")).toMatch(/Active:\s+yes[^]*Autostart:\s+yes/);
    expect((await work.plan()).actions).toEqual([]);

    await host.virsh("net-update", "lab", "add", "ip-dhcp-host", "<host mac='52:54:00:00:00:09' ip='10.77.0.9'/>", "--live", "--config");
    expect((await work.plan()).actions).toEqual(["update libvirt_network.n"]);
    await work.apply();
    expect(await xml(host)).not.toContain("52:54:00:00:00:09");
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    expect(await networks(host)).toBe("");
  });

  test("addresses of another's running network are refused by the plan; those of a stopped one are a warning", async ({ host }) => {
    const theirs = `<network><name>theirs</name><ip address='10.77.0.129' netmask='255.255.255.128'/></network>`;
    await host.exec("sh", ["-c", "cat >/run/theirs.xml && virsh -c qemu:///system net-define /run/theirs.xml"], { input: theirs });
    await write(lab());
    const across = "10.77.0.0/24 overlaps 10.77.0.128/25 of the network theirs on this host";
    expect((await work.plan()).warnings).toEqual([across]);

    await host.virsh("net-start", "theirs");
    await expect(work.engine.plan({ tellState: true })).rejects.toThrow(
      /overlaps .* of the network theirs on this host, which is not in this state/,
    );
    expect((await work.plan()).warnings).toEqual([across]); // a plain engine does not show the whole state
    await host.virsh("net-destroy", "theirs");
    await work.apply();
    expect(await work.plan()).toEqual({ changes: false, actions: [], warnings: [] });
    await work.destroy();
    await host.virsh("net-undefine", "theirs");
  });

  test("leases, names and port groups change live and in the definition", { timeout: 60_000 }, async ({ host }) => {
    await write(lab());
    await work.apply();
    const bridge = await bridgeIndex(host);
    await write(
      lab({
        ips: [
          ip({
            ranges: [{ start: "10.77.0.50", end: "10.77.0.99" }],
            hosts: [{ mac: "52:54:00:11:22:33", ip: "10.77.0.11", name: "web1" }],
          }),
        ],
        dns: {
          host: [
            { ip: "10.77.0.5", hostnames: [{ hostname: "nas" }] },
            { ip: "10.77.0.6", hostnames: [{ hostname: "git" }, { hostname: "ci" }] },
          ],
          tx_ts: [{ name: "note", value: "one" }],
          sr_vs: [{ service: "ldap", protocol: "tcp", target: "nas.lab.example", port: 389 }],
        },
        port_groups: [{ name: "guests", default: "yes" }],
      }),
    );
    const { actions, warnings } = await work.plan();
    expect([actions, warnings]).toEqual([["update libvirt_network.n"], []]);
    await work.apply();
    for (const definition of [await xml(host), await xml(host, "--inactive")]) {
      for (const part of [
        "start='10.77.0.50'",
        "52:54:00:11:22:33",
        "<hostname>ci</hostname>",
        "value='one'",
        "service='ldap'",
        "portgroup name='guests'",
      ])
        expect(definition).toContain(part);
      expect(definition).not.toContain("10.77.0.100");
    }
    expect((await work.plan()).actions).toEqual([]);

    await write(lab({ dns: { host: [{ ip: "10.77.0.6", hostnames: [{ hostname: "git" }] }], tx_ts: [{ name: "note", value: "two" }] } }));
    expect((await work.plan()).warnings).toEqual([]);
    await work.apply();
    expect(await xml(host)).toContain("value='two'");
    expect(await xml(host)).not.toMatch(/nas|ldap|52:54:00:11:22:33|portgroup|<hostname>ci/);
    expect((await work.plan()).actions).toEqual([]);
    expect(await bridgeIndex(host)).toBe(bridge);

    // What libvirt refuses leaves both as they were.
    const before = [await xml(host), await xml(host, "--inactive")];
    await write(lab({ ips: [ip({ hosts: [{ mac: "52:54:00:11:22:44", ip: "10.77.0.12" }, { mac: "52:54:00:11:22:55", ip: "10.77.0.12" }] })] })); // prettier-ignore
    expect((await work.failingApply()).length).toBe(1);
    expect([await xml(host), await xml(host, "--inactive")]).toEqual(before);
    await work.destroy();
  });

  test("the plan announces a restart, and running guests are reconnected", { timeout: 60_000 }, async ({ host }) => {
    await write(lab());
    await work.apply();
    await startGuest(host);
    expect(await master(host, "tap-user")).toBe("lab0");
    await write(lab({ domain: { name: "other.example" }, mtu: { size: 1400 } }));
    const { actions, warnings } = await work.plan();
    expect(actions).toEqual(["update libvirt_network.n"]);
    expect(warnings).toEqual(["network lab will restart: MTU, DNS domain, domain local only"]);
    await work.apply();
    expect(await master(host, "tap-user")).toBe("lab0");
    expect(await networks(host)).toBe("lab");
    expect((await work.plan()).actions).toEqual([]);

    await host.virsh("net-destroy", "lab");
    await work.apply();
    expect(await master(host, "tap-user")).toBe("lab0");

    // A restart that fails leaves the old network, with the guest on it.
    await host.exec("ip", ["addr", "add", "10.88.0.1/24", "dev", "lo"]);
    await host.exec("ip", ["route", "add", "10.88.0.0/24", "dev", "lo"], { mayFail: true });
    const before = await xml(host);
    await write(lab({ bridge: { name: "eth0" }, domain: { name: "other.example" }, mtu: { size: 1400 } }));
    const [error] = await work.failingApply();
    expect(error?.snippet?.code).toContain('"eth0"');
    expect((await xml(host)).replace(/ connections='1'/, "")).toBe(before.replace(/ connections='1'/, ""));
    expect(await master(host, "tap-user")).toBe("lab0");
    await work.destroy();
    await host.virsh("destroy", "user");
    expect(await networks(host)).toBe("");
  });

  test("a failed create leaves nothing behind, and is reported at its attribute", { timeout: 60_000 }, async ({ host }) => {
    await host.exec(
      "sh",
      ["-c", "cat >/run/theirs.xml && virsh -c qemu:///system net-define /run/theirs.xml && virsh -c qemu:///system net-start lab"],
      {
        input: "<network><name>lab</name><bridge name='theirs0'/><ip address='10.66.0.1' prefix='24'/></network>",
      },
    );
    const before = await xml(host);
    await write(lab());
    const [taken] = await work.failingPlan();
    expect(taken?.detail).toContain("CDKVM_NAME_TAKEN");
    expect(taken?.snippet?.code).toContain('"name"');

    await write(lab({ name: "other", bridge: { name: "theirs0" } }));
    const [bridge] = await work.failingApply();
    expect(bridge?.snippet?.code).toContain('"theirs0"');
    await write(lab({ name: "other", ips: [{ address: "10.66.0.1", prefix: 24 }] }));
    const [subnet] = await work.failingApply();
    expect(subnet?.detail).toContain("theirs0 has an address in this subnet");
    expect(subnet?.snippet?.code).toContain('"ips"');
    expect(await networks(host)).toBe("lab");
    expect(await xml(host)).toBe(before);

    await write({ name: "lab", bridge: { name: "theirs0" }, ips: [{ address: "10.66.0.1", prefix: 24 }], autostart: false });
    await work.engine.import("libvirt_network.n", "lab");
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    expect(await networks(host)).toBe("");
  });

  test("networks created concurrently each get their own bridge", { timeout: 60_000 }, async ({ host }) => {
    const names = Array.from({ length: 8 }, (_, index) => `net${index}`);
    await work.write({ libvirt_network: Object.fromEntries(names.map((name) => [name, { name }])) });
    await work.apply();
    const bridges = await Promise.all(names.map((name) => host.virsh("net-dumpxml", name)));
    expect(new Set(bridges.map((definition) => /bridge name='(\w+)'/.exec(definition)?.[1])).size).toBe(8);
    await work.destroy();
  });

  test("an apply takes over what a killed one created", { timeout: 60_000 }, async ({ host }) => {
    await write(lab());
    await work.apply();
    await work.engine.stateRemove("libvirt_network.n");
    await work.apply();
    expect((await work.plan()).actions).toEqual([]);
    await work.destroy();
    expect(await networks(host)).toBe("");
  });
});
