import { expect, test } from "vitest";
import { complete } from "../../libvirt/codec/read.ts";
import { network } from "../../model/network.ts";
import { volume } from "../../model/volume.ts";
import type { Table } from "../../model/table.ts";
import type { Values } from "../../model/values.ts";
import { planReal } from "../../provider/resource.ts";

async function plan(
  table: Table,
  prior: Values,
  config: Values,
  actual: Values | null,
): Promise<{ changes: string[]; looked: boolean; replace: number }> {
  let looked = false;
  const [before, after] = [complete(table, prior), complete(table, config)];
  const { changes, replace } = await planReal(table, { prior: before, proposed: after, config: after }, async () => {
    looked = true;
    return actual;
  });
  return { changes: changes.map(({ path }) => path.join(".")), looked, replace: replace?.length ?? 0 };
}

const lan = { name: "lan", bridge: { name: "lan0" } };

test("a network restarts for what it has not, and for nothing else", async () => {
  const spelled = { ...lan, bridge: { name: "lan0", stp: "on" } };
  expect(await plan(network, lan, spelled, { ...lan, bridge: { name: "lan0", stp: "on" } })).toMatchObject({ changes: [] });
  expect(await plan(network, lan, spelled, { ...lan, bridge: { name: "lan0", stp: "off" } })).toMatchObject({ changes: ["bridge.stp"] });
  expect(await plan(network, lan, { ...spelled, mtu: { size: 9000 } }, spelled)).toMatchObject({ changes: ["mtu.size"] });
});

test("a default that libvirt leaves out of its XML is none either, and one that goes is one", async () => {
  const group = (trunk?: string): Values => ({
    ...lan,
    port_groups: [{ name: "a", vlan: { ...(trunk ? { trunk } : {}), tags: [{ id: 7 }] } }],
  });
  const there = { ...group(), ipv6: "yes" };
  expect(await plan(network, { ...group(), ipv6: "yes" }, { ...group("no"), ipv6: "yes" }, there)).toMatchObject({ looked: false });
  expect(await plan(network, { ...lan, ipv6: "yes" }, lan, { ...lan, ipv6: "yes" })).toMatchObject({ changes: ["ipv6"] });
});

test("a volume is not replaced for what it is already, and is where nobody could look", async () => {
  const plain = { name: "v", pool: "p", capacity: 1, target: { format: { type: "qcow2" } } };
  const spelled = { ...plain, type: "file", target: { format: { type: "qcow2" }, permissions: { mode: "0600" } } };
  const there = { ...spelled, target: { format: { type: "qcow2" }, permissions: { mode: "600", owner: "0" } } };
  expect(await plan(volume, plain, spelled, there)).toMatchObject({ changes: [], replace: 0, looked: true });
  expect(await plan(volume, plain, spelled, { ...there, type: "block" })).toMatchObject({ changes: ["type"], replace: 1 });
  expect(await plan(volume, plain, spelled, null)).toMatchObject({ replace: 2 });
});

test("nobody looks where nothing would restart or be replaced", async () => {
  expect(await plan(network, lan, lan, null)).toEqual({ changes: [], looked: false, replace: 0 });
  const hosts = { ...lan, dns: { host: [{ ip: "10.0.0.1", hostnames: [{ hostname: "a" }] }] } };
  expect(await plan(network, { ...lan, dns: {} }, hosts, null)).toMatchObject({ looked: false });
});
