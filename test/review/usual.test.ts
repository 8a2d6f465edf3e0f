import { HostStack, Network, VM } from "cdkvm";
import { planOf, synth } from "cdkvm/testing";
import { expect, test } from "vitest";
import type { ReviewedAttribute, ReviewedChange } from "../../review/index.ts";
import { tellingOf } from "../../review/usual.ts";

test("of new objects, the details leave out what every program gets, and what a path repeats", async () => {
  const lab = await synth((app) => {
    const host = new HostStack(app, "lab", { acceleration: "qemu" });
    const lan = new Network(host, "lan", { ipv4: "10.0.0.0/24" });
    new VM(host, "web1", { memory: "1 GiB", disks: [{ size: "1 GiB" }], networks: [lan] });
  });
  const changes = planOf(lab).flatMap(({ review }) => review.changes);
  const told = Object.fromEntries(
    changes.map((change) => [change.type, tellingOf(change).map(({ path, after }) => `${path}: ${String(after)}`)]),
  );
  const mac = /\[(52:54:00:[^\]]*)\]/.exec(JSON.stringify(told))?.[1];
  expect(told["libvirt_domain"]?.filter((row) => !row.startsWith("uuid"))).toEqual([
    "type: qemu",
    "name: web1",
    "memory: 1 GiB",
    "vcpu: 1",
    "os.type_arch: x86_64",
    "os.type_machine: q35",
    "cpu.mode: maximum",
    "devices.disks[vda].source.volume.pool: lab",
    "devices.disks[vda].source.volume.volume: web1-vda.qcow2",
    `devices.interfaces[${mac}].source.network.network: lan`,
  ]);
  expect(told["libvirt_network"]?.map((row) => row.split(":", 1)[0])).toEqual([
    "name",
    "uuid",
    "forward.mode",
    "ips[10.0.0.1].prefix",
    "ips[10.0.0.1].dhcp.ranges[10.0.0.100].end",
  ]);
  expect(told["libvirt_pool"]?.map((row) => row.split(":", 1)[0])).toEqual(["name", "uuid", "target.path"]);
  expect(told["libvirt_volume"]?.map((row) => row.split(":", 1)[0])).toEqual(["name", "capacity", "pool", "path"]);
});

test("a disk or an interface with nothing but the usual is still there", () => {
  const change = (path: string, after: string): ReviewedAttribute => ({ path, before: null, after });
  const attributes = [change("devices.disks[vda].device", "disk"), change("devices.disks[vda].target.dev", "vda"), change("title", "x")];
  const told = tellingOf({ type: "libvirt_domain", effect: "create", attributes } as unknown as ReviewedChange);
  expect(told.map(({ path }) => path)).toEqual(["devices.disks[vda].device", "title"]);
});
