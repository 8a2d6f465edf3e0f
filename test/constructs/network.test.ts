import { describe, expect, test } from "vitest";
import { Bridge, Network, VM, type NetworkProps } from "../../constructs/index.ts";
import { errorOf, newHost, synthesize, type Json } from "./synth.ts";

const networkOf = (props: NetworkProps): Json => {
  const host = newHost();
  new Network(host, "lan", props);
  return synthesize(host).resource["libvirt_network"]?.["lan"];
};

test("an IPv4 network has NAT and DHCP, and the host has its first address", () => {
  expect(networkOf({ ipv4: "10.0.0.0/24" })).toMatchObject({
    name: "lan",
    forward: { mode: "nat" },
    autostart: true,
    ips: [{ address: "10.0.0.1", prefix: 24, dhcp: { ranges: [{ start: "10.0.0.100", end: "10.0.0.254" }] } }],
  });
});

test("a network without addresses is isolated", () => {
  expect(networkOf({})).not.toHaveProperty("forward");
  expect(networkOf({ mode: "isolated", ipv4: "10.0.0.0/24" })).not.toHaveProperty("forward");
});

test("routed and open networks have libvirt's forward modes", () => {
  expect(networkOf({ mode: "routed", uplink: "eth0", ipv4: "10.0.0.0/24" }).forward).toEqual({ mode: "route", dev: "eth0" });
  expect(networkOf({ mode: "open", ipv4: "10.0.0.0/24" }).forward).toEqual({ mode: "open" });
});

test("NAT covers IPv6 too, and each family has its own range", () => {
  const { forward, ips } = networkOf({ ipv4: "10.0.0.0/28", ipv6: "fd00:10::/64" });
  expect(forward).toEqual({ mode: "nat", nat: { ipv6: "yes" } });
  expect(ips).toEqual([
    { address: "10.0.0.1", prefix: 28, dhcp: { ranges: [{ start: "10.0.0.8", end: "10.0.0.14" }] } },
    { family: "ipv6", address: "fd00:10::1", prefix: 64, dhcp: { ranges: [{ start: "fd00:10::100", end: "fd00:10::fff" }] } },
  ]);
});

test("DHCP can have explicit ranges, or be off", () => {
  expect(networkOf({ ipv4: "10.0.0.0/24", dhcp: { ranges: [{ start: "10.0.0.50", end: "10.0.0.60" }] } }).ips[0].dhcp.ranges).toEqual([
    { start: "10.0.0.50", end: "10.0.0.60" },
  ]);
  expect(networkOf({ ipv4: "10.0.0.0/24", dhcp: false }).ips).toEqual([{ address: "10.0.0.1", prefix: 24 }]);
});

test("DNS hosts, forwarders, domain, MTU, routes and the bridge's name map to libvirt's", () => {
  expect(
    networkOf({
      ipv4: "10.0.0.0/24",
      gateway: "10.0.0.254",
      hosts: [{ ip: "10.0.0.5", hostnames: ["nas", "nas.lab"] }],
      forwarders: ["9.9.9.9", { domain: "corp.example", address: "10.9.9.9" }],
      domain: "lab.example",
      localOnly: true,
      mtu: 9000,
      routes: [{ to: "10.2.0.0/16", via: "10.0.0.2", metric: 2 }],
      bridge: "virbr9",
      stp: false,
    }),
  ).toMatchObject({
    dns: {
      host: [{ ip: "10.0.0.5", hostnames: [{ hostname: "nas" }, { hostname: "nas.lab" }] }],
      forwarders: [{ addr: "9.9.9.9" }, { addr: "10.9.9.9", domain: "corp.example" }],
    },
    domain: { name: "lab.example", local_only: "yes" },
    mtu: { size: 9000 },
    ips: [{ address: "10.0.0.254" }],
    routes: [{ address: "10.2.0.0", prefix: 16, gateway: "10.0.0.2", metric: "2" }],
    bridge: { name: "virbr9", stp: "off" },
  });
});

test("reservations are ordered by address", () => {
  const host = newHost();
  const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
  lan.addReservation({ ip: "10.0.0.20", mac: "52:54:00:00:00:02", name: "b" });
  lan.addReservation({ ip: "10.0.0.3", mac: "52-54-00-00-00-01", name: "a" });
  lan.addHost("10.0.0.3", "www");
  const { ips, dns } = (synthesize(host).resource["libvirt_network"]?.["lan"] ?? {}) as Json;
  expect(ips[0].dhcp.hosts).toEqual([
    { ip: "10.0.0.3", mac: "52:54:00:00:00:01", name: "a" },
    { ip: "10.0.0.20", mac: "52:54:00:00:00:02", name: "b" },
  ]);
  expect(dns.host).toEqual([{ ip: "10.0.0.3", hostnames: [{ hostname: "www" }] }]);
});

describe("an invalid network is reported with the fix", () => {
  const of = (props: Json): string => errorOf(() => new Network(newHost(), "lan", props)).split("\n  while:")[0] ?? "";
  test.each([
    [{ ipv4: "10.0.0.0" }, "ipv4: 10.0.0.0 has no prefix length; did you mean 10.0.0.0/24?"],
    [{ ipv4: "10.0.0.0/33" }, 'ipv4: 10.0.0.0/33 has an invalid prefix length, "33"; use a number from 0 to 32'],
    [{ ipv4: "10.0.0.0/255.255.0.0" }, "ipv4: 10.0.0.0/255.255.0.0 has a netmask in place of a prefix length; did you mean 10.0.0.0/16?"],
    [{ ipv4: "fd00::/64" }, 'ipv4: fd00::/64 is an IPv6 network; did you mean ipv6: "fd00::/64"?'],
    [{ mode: "route", ipv4: "10.0.0.0/24" }, 'mode: unknown value "route"; did you mean "routed"?'],
    [{ mode: "nat" }, 'ipv4: required: a network of mode "nat" needs ipv4 or ipv6; for example "10.0.0.0/24"'],
    [{ ipv4: "10.0.0.0/24", gateway: "10.0.1.1" }, "gateway: 10.0.1.1 is outside 10.0.0.0/24; use an address in the network"],
    [
      { ipv4: "10.0.0.0/24", dhcp: { ranges: [{ start: "10.0.0.60", end: "10.0.0.50" }] } },
      'dhcp.ranges[0]: the end 10.0.0.50 comes before the start 10.0.0.60; did you mean { start: "10.0.0.50", end: "10.0.0.60" }?',
    ],
    [
      { ipv4: "10.0.0.0/24", reservations: [{ ip: "10.0.9.9", name: "x" }] },
      "reservations[0].ip: 10.0.9.9 is outside 10.0.0.0/24; use an address in the network",
    ],
    [
      { bridge: "a-name-that-is-too-long" },
      'bridge: "a-name-that-is-too-long" has more than 15 characters, the limit for interface names on Linux; did you mean "a-name-that-is-"?',
    ],
    [{ ipv4: "10.0.0.0/24", reservations: [{ ip: "10.0.0.1", name: "x" }] }, "10.0.0.1 is the host's own address in this network"],
  ])("%j", (props, problem) => {
    expect(of(props)).toBe(problem);
  });
  test("two guests with one address", () => {
    const host = newHost();
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    new VM(host, "web1", { memory: "1 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] });
    const program = (): VM => new VM(host, "web2", { memory: "1 GiB", networks: [{ network: lan, ip: "10.0.0.10" }] });
    expect(errorOf(program)).toContain("10.0.0.10 is already reserved for web1");
  });
  test("a reservation in the host's own network", () => {
    const lan = Network.existing(newHost(), "default", "default");
    expect(errorOf(() => lan.addReservation({ ip: "192.168.122.9", name: "x" }))).toContain(
      'the network "default" exists already, and cdkvm does not change it',
    );
  });
});

describe("a bridge", () => {
  const nicOf = (bridge: Json, more: object = {}): Json => {
    const host = newHost();
    new VM(host, "web1", { memory: "1 GiB", networks: [{ bridge, mac: "52:54:00:00:00:01", ...more }] });
    const { model: _model, mac: _mac, ...rest } = synthesize(host).resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces[0] ?? {};
    return rest;
  };
  const ovs = Bridge.openVSwitch("ovs0", {
    portGroups: [
      { name: "dmz", vlans: [42], default: true },
      { name: "trunk", vlans: [10, 20], native: 10 },
    ],
  });
  test("of the host is joined directly", () => {
    expect(nicOf(Bridge.existing("br0"))).toEqual({ source: { bridge: { bridge: "br0" } } });
  });
  test("of macvtap is a host interface", () => {
    expect(nicOf(Bridge.macvtap("eth0", { mode: "vepa" }))).toEqual({ source: { direct: { dev: "eth0", mode: "vepa" } } });
  });
  test("of Open vSwitch tags guests with the VLANs of their port group", () => {
    const port = { source: { bridge: { bridge: "ovs0" } }, virtual_port: { params: { open_v_switch: {} } } };
    expect(nicOf(ovs)).toEqual({ ...port, vlan: { tags: [{ id: 42 }] } });
    expect(nicOf(ovs, { portGroup: "trunk" })).toEqual({
      ...port,
      vlan: { trunk: "yes", tags: [{ id: 10, native_mode: "untagged" }, { id: 20 }] },
    });
  });
  test("can be a libvirt network, with its port groups", () => {
    const host = newHost();
    const network = ovs.asNetwork(host, "trunk");
    new VM(host, "web1", { memory: "1 GiB", networks: [{ bridge: network, portGroup: "dmz" }] });
    const { resource } = synthesize(host);
    expect(resource["libvirt_network"]?.["trunk"]).toMatchObject({
      forward: { mode: "bridge" },
      bridge: { name: "ovs0" },
      virtual_port: { params: { open_v_switch: {} } },
      port_groups: [
        { name: "dmz", default: "yes", vlan: { tags: [{ id: 42 }] } },
        { name: "trunk", vlan: { trunk: "yes" } },
      ],
    });
    expect(resource["libvirt_domain"]?.["web1"]?.["devices"].interfaces[0].source).toEqual({
      network: { network: "${libvirt_network.trunk.name}", port_group: "dmz" },
    });
  });
  test("of macvtap can be a libvirt network", () => {
    const host = newHost();
    Bridge.macvtap("eth0").asNetwork(host, "wire");
    expect(synthesize(host).resource["libvirt_network"]?.["wire"]?.["forward"]).toEqual({ mode: "bridge", interfaces: [{ dev: "eth0" }] });
  });
  test("that libvirt creates has no addresses", () => {
    const host = newHost();
    Bridge.libvirt(host, "quiet", { bridge: "virbr7" });
    expect(synthesize(host).resource["libvirt_network"]?.["quiet"]).toMatchObject({ bridge: { name: "virbr7" } });
    expect(synthesize(host).resource["libvirt_network"]?.["quiet"]).not.toHaveProperty("ips");
  });
  test("of Linux accepts no VLAN", () => {
    expect(errorOf(() => nicOf(Bridge.existing("br0"), { vlan: 42 }))).toContain(
      'fix: use a bridge that is in the VLAN already, for example Bridge.existing("br0.42"), or Bridge.openVSwitch',
    );
  });
  test("suggests the port group that was meant", () => {
    expect(errorOf(() => nicOf(ovs, { portGroup: "trnk" }))).toContain(
      'portGroup: ovs0 has no port group "trnk"\n  while: VM kvm1/web1\n  fix: did you mean "trunk"?',
    );
  });
});
