import { describe, expect, test } from "vitest";
import { Bridge, CloudInit, Disk, Network, StoragePool, VM, Volume } from "../../constructs/index.ts";
import { HostStack } from "../../stacks/host-stack.ts";
import { errorOf, newApp, newHost } from "./synth.ts";

const hosts = (): readonly [HostStack, HostStack] => {
  const app = newApp();
  return [
    new HostStack(app, "kvm1", { uri: "qemu+ssh://root@kvm1/system" }),
    new HostStack(app, "kvm2", { uri: "qemu+ssh://root@kvm2/system" }),
  ];
};

describe("a MAC address", () => {
  const mac = "52:54:00:12:34:56";
  test("that two guests would have is refused, on other hosts too", () => {
    const [kvm1, kvm2] = hosts();
    new VM(kvm1, "web1", { memory: "1 GiB", networks: [{ network: "default", mac }] });
    expect(errorOf(() => new VM(kvm2, "web2", { memory: "1 GiB", networks: [{ network: "default", mac: "52-54-00-12-34-56" }] }))).toBe(
      [
        "networks: 52:54:00:12:34:56 already belongs to VM kvm1/web1",
        "  while: VM kvm2/web2",
        "  fix: use another MAC address for one of them, or remove mac: it is then derived from the path",
        "  code: CDKVM_MAC_TAKEN",
      ].join("\n"),
    );
  });
  test("that two interfaces of one guest would have is refused", () => {
    const networks = [
      { network: "default", mac },
      { network: "lab", mac },
    ];
    expect(errorOf(() => new VM(newHost(), "web1", { memory: "1 GiB", networks }))).toContain(
      `${mac} already belongs to another interface of this guest`,
    );
  });
  test("that is derived from a path yields to an explicit one", () => {
    const host = newHost();
    const derived = new VM(host, "web1", { memory: "1 GiB", networks: ["default"] }).domain.devicesInput?.interfaces;
    const [{ mac: first } = {}] = Array.isArray(derived) ? derived : [];
    const other = newHost();
    new VM(other, "db1", { memory: "1 GiB", networks: [{ network: "default", mac: first?.address ?? "" }] });
    const second = new VM(other, "web1", { memory: "1 GiB", networks: ["default"] }).domain.devicesInput?.interfaces;
    expect(second).not.toEqual(derived);
  });
});

describe("networks of one host", () => {
  test("cannot overlap", () => {
    const host = newHost();
    new Network(host, "lan", { ipv4: "10.0.0.0/16" });
    expect(errorOf(() => new Network(host, "lab", { ipv4: "10.0.7.0/24" }))).toBe(
      [
        "ipv4: 10.0.7.0/24 overlaps 10.0.0.0/16 of Network kvm1/lan on the same host",
        "  while: Network kvm1/lab",
        "  fix: use other addresses for one of them",
        "  code: CDKVM_NETWORK_OVERLAP",
      ].join("\n"),
    );
    expect(errorOf(() => [new Network(host, "a", { ipv6: "fd00:1::/64" }), new Network(host, "b", { ipv6: "fd00:1::/64" })])).toContain(
      "ipv6: fd00:1::/64 overlaps fd00:1::/64 of Network kvm1/a",
    );
  });
  test("can overlap those of another host", () => {
    for (const host of hosts()) expect(new Network(host, "lan", { ipv4: "10.0.0.0/24" }).gateway).toBe("10.0.0.1");
  });
});

describe("an object of another host is refused", () => {
  const of = (program: (kvm1: HostStack, kvm2: HostStack) => unknown): string => errorOf(() => program(...hosts()));
  const guest = { memory: "1 GiB" };
  test("as a network", () => {
    expect(of((kvm1, kvm2) => new VM(kvm1, "web1", { ...guest, networks: [new Network(kvm2, "lan", { ipv4: "10.0.0.0/24" })] }))).toBe(
      [
        "networks: kvm2/lan is on another host: qemu+ssh://root@kvm2/system, not qemu+ssh://root@kvm1/system",
        "  while: VM kvm1/web1",
        "  fix: create one in the stack kvm1, and use that",
        "  code: CDKVM_OTHER_HOST",
      ].join("\n"),
    );
    expect(of((kvm1, kvm2) => new VM(kvm1, "web1", { ...guest, networks: [Network.existing(kvm2, "lan", "lan")] }))).toContain(
      "networks: kvm2/lan is on another host",
    );
    expect(of((kvm1, kvm2) => new VM(kvm1, "web1", guest).addNetwork(Bridge.existing("br0").asNetwork(kvm2, "lan")))).toContain(
      "networks: kvm2/lan is on another host",
    );
  });
  test("as a pool", () => {
    expect(of((kvm1, kvm2) => new VM(kvm1, "web1", { ...guest, pool: kvm2.pool }))).toContain("pool: kvm2/default-pool is on");
    expect(of((kvm1, kvm2) => new VM(kvm1, "web1", { ...guest, disks: [{ size: "1 GiB", pool: kvm2.pool }] }))).toContain(
      "disks: kvm2/default-pool is on",
    );
    expect(of((kvm1, kvm2) => new Volume(kvm1, "data", { pool: StoragePool.existing(kvm2, "p", "p"), size: "1 GiB" }))).toContain(
      "pool: kvm2/p is on",
    );
  });
  test("as a disk or its backing volume", () => {
    expect(
      of((kvm1, kvm2) => new VM(kvm1, "web1", { ...guest, disks: [Disk.fromVolume(new Volume(kvm2, "data", { size: "1 GiB" }))] })),
    ).toContain("disks: kvm2/data is on");
    expect(of((kvm1, kvm2) => new Volume(kvm1, "top", { backing: new Volume(kvm2, "base", { size: "1 GiB" }) }))).toContain(
      "backing: kvm2/base is on",
    );
  });
  test("as a cloud-init disk", () => {
    expect(of((kvm1, kvm2) => new VM(kvm1, "web1", { ...guest, cloudInit: new CloudInit(kvm2, "setup", {}) }))).toContain(
      "cloudInit: kvm2/setup is on",
    );
  });
  test("unless both stacks are of one host", () => {
    const app = newApp();
    const [base, guests] = ["base", "guests"].map((name) => new HostStack(app, name, { uri: "qemu:///system" }));
    if (!base || !guests) throw new Error("two stacks are made");
    new VM(guests, "web1", { ...guest, networks: [new Network(base, "lan", { ipv4: "10.0.0.0/24" })], pool: base.pool });
  });
});

test("a VLAN is refused on a network with libvirt's own bridge", () => {
  const host = newHost();
  const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
  expect(errorOf(() => new VM(host, "web1", { memory: "1 GiB", networks: [{ network: lan, vlan: 42 }] }))).toContain(
    "vlan: Network kvm1/lan has libvirt's own bridge, which does not support VLANs of guests",
  );
});

test("an address is not a network", () => {
  expect(errorOf(() => new Network(newHost(), "lan", { ipv4: "10.0.0.5/24" }))).toContain(
    "ipv4: 10.0.0.5/24 is an address in the network 10.0.0.0/24; did you mean 10.0.0.0/24?",
  );
});
