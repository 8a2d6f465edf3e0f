import { describe, expect, test } from "vitest";
import { Bridge, Disk, Image, Network, StoragePool, TerraformOutput, VM } from "../../constructs/index.ts";
import type { HostStack } from "../../stacks/index.ts";
import { refusals } from "../model/registry-rules.ts";
import { registrySchema } from "../model/registry-schema.ts";
import { newHost, synthesize } from "./synth.ts";

/** Something of all that the constructs can say. */
function everything(host: HostStack): void {
  const lan = new Network(host, "lan", {
    ipv4: "10.0.0.0/24",
    ipv6: "fd00::/64",
    domain: "x.y",
    localOnly: true,
    hosts: [{ ip: "10.0.0.2", hostnames: ["a"] }],
    forwarders: ["9.9.9.9", { domain: "b", address: "1.1.1.1" }],
    mtu: 1400,
    routes: [{ to: "10.1.0.0/16", via: "10.0.0.3" }],
    bridge: "br9",
    stp: false,
    protect: true,
  });
  new Network(host, "r", { mode: "routed", uplink: "eth0", ipv4: "10.9.0.0/24", dhcp: false });
  const ovs = Bridge.openVSwitch("ovs0", { portGroups: [{ name: "a", vlans: [1, 2], native: 1, default: true }] });
  const trunk = ovs.asNetwork(host, "trunk");
  Bridge.macvtap("eth0").asNetwork(host, "wire");
  const auth = { username: "u", secret: { usage: "s" } };
  StoragePool.directory(host, "p1", { path: "/srv", permissions: { mode: "0711", owner: 0, group: 0 }, deleteStorage: true });
  StoragePool.netfs(host, "p2", { host: "nas", export: "/e", path: "/mnt", version: "4.1" });
  StoragePool.logical(host, "p3", { volumeGroup: "vg0", devices: ["/dev/sdb"] });
  StoragePool.iscsi(host, "p4", { host: "san", port: 3260, target: "iqn.a", initiator: "iqn.b", auth });
  StoragePool.scsi(host, "p5", { adapter: { wwnn: "1", wwpn: "2", parent: "scsi_host1" } });
  StoragePool.rbd(host, "p6", { monitors: [{ name: "m", port: 6789 }], pool: "rbd", auth });
  StoragePool.gluster(host, "p7", { host: "g", volume: "v" });
  const image = new Image(host, "debian", { url: "https://example.org/debian.qcow2", checksum: `sha256:${"0".repeat(64)}` });
  const vm = new VM(host, "all", {
    title: "t", description: "d", cpus: 2, maxCpus: 4, cpu: { mode: "custom", model: "EPYC", topology: { cores: 2, threads: 2 }, features: { vmx: "disable" } },
    memory: "1 GiB", maxMemory: "2 GiB", firmware: "uefi-secure-boot", tpm: true, bootOrder: ["network", "disk"], graphics: { type: "spice", port: 5901, keymap: "de" }, video: "qxl",
    disks: [{ image, size: "10 GiB", cache: "none", io: "native", serial: "X" }, Disk.blank("1 GiB", { bus: "scsi", shareable: true }), Disk.block("/dev/sdc"), Disk.file("/x.raw"), Disk.cdrom("/x.iso"), Disk.cdrom()],
    networks: [{ network: lan, ip: "10.0.0.10", mtu: 1400, queues: 2, link: "up" }, { bridge: ovs, vlan: [3, 4] }, { bridge: trunk, portGroup: "a" }, Bridge.macvtap("eth1"), Bridge.existing("br0")],
    cloudInit: { packages: ["nginx"], networkConfig: { ethernets: {} } }, waitForIp: { timeout: "1 min", source: "agent" }, autostart: true, running: false, protect: true,
  }); // prettier-ignore
  new TerraformOutput(host, "ip", { value: vm.ip });
  new VM(host, "tiny", {
    memory: "64 MiB",
    kernel: "/boot/vmlinuz",
    initrd: "/boot/initrd",
    cmdline: "quiet",
    graphics: "vnc",
    tpm: { passthrough: "/dev/tpm0" },
    console: false,
  });
}

describe("the constructs' output under the registry provider's schema", () => {
  const schema = registrySchema();
  const check = (host: HostStack): string[] => {
    everything(host);
    return refusals(synthesize(host), schema, new Set());
  };
  test("in registry mode is valid", () => {
    expect(check(newHost({ provider: "registry" }))).toEqual([]);
  });
  test("in embedded mode differs only in the checksum of images", () => {
    expect(check(newHost())).toEqual([expect.stringMatching(/^libvirt_volume\..*image-debian.*\.create\.content\.checksum is unknown$/)]);
  });
});
