import { expect, test } from "vitest";
import { parseXml } from "../../model/xml.ts";
import { network } from "../../model/network.ts";
import { volume } from "../../model/volume.ts";
import { newUuid } from "../../provider/identity.ts";
import { type Thing, warnOfUnmanaged } from "../../provider/unmanaged.ts";

async function warnings(thing: Omit<Thing, "noun" | "name">, xml: string): Promise<{ summary: string; detail?: string }[]> {
  const found: { summary: string; detail?: string }[] = [];
  const context = { client: { hostname: async () => "kvm1" }, warn: (one: (typeof found)[number]) => void found.push(one) };
  await warnOfUnmanaged({ noun: "thing", name: "lan", ...thing }, parseXml(xml), context);
  return found;
}

const odd = `<network><name>lan</name><bridge name="b" colour="red"/><ip address="10.0.0.1"><dhcp><odd/></dhcp></ip></network>`;

test("an object that cdkvm did not create: elements without an attribute are named, with the command that changes them", async () => {
  const uuid = "8a1d1c1e-6a2f-4c4b-9a54-1f1d2b3c4d5e";
  const [warning, ...more] = await warnings({ table: network, uuid, edit: "virsh net-edit lan" }, odd);
  expect(more).toEqual([]);
  expect(warning?.summary).toBe("lan: cdkvm does not manage bridge/@colour, ip/dhcp/odd");
  expect(warning?.detail).toMatch(/libvirt_network has no attributes for them.*`virsh net-edit lan` changes them\.$/);
  expect(await warnings({ table: network, uuid }, `<network><name>lan</name></network>`)).toEqual([]);
});

test("an object that cdkvm created is not checked: only libvirt can have added to it", async () => {
  expect(await warnings({ table: network, uuid: newUuid("kvm1", "lan") }, odd)).toEqual([]);
});

test("elements that libvirt only reports are not named, and the list ends after ten", async () => {
  const xml = `<volume><name>v</name><source><device path="/dev/sda"/></source>${Array.from({ length: 12 }, (_, index) => `<odd${index}/>`).join("")}</volume>`;
  const [warning] = await warnings({ table: volume, reported: /^source/ }, xml);
  expect(warning?.summary).toMatch(/manage odd0, .*odd9, and 2 more$/);
});
