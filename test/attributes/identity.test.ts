import { expect, test } from "vitest";
import { identityOf, listAt } from "../../attributes/identity.ts";
import { domain } from "../../model/domain/index.ts";
import { compile, keysOf } from "../../attributes/compile.ts";
import { pairItems } from "../../attributes/equality.ts";
import { network } from "../../model/network.ts";
import { UNKNOWN } from "../../model/values.ts";

const device = (list: string) => listAt(domain, ["devices", list]);

test("the key of its list identifies an item, whatever its spelling", () => {
  expect(identityOf(device("disks"), { target: { dev: "vda", bus: "virtio" } })).toBe("vda");
  expect(identityOf(device("interfaces"), { mac: { address: "52-54-0-00-00-AB" } })).toBe("52:54:00:00:00:ab");
  expect(identityOf(device("controllers"), { type: "scsi", index: 0 })).toBe("scsi/0");
  expect(identityOf(device("graphics"), { vnc: { port: -1 } })).toBe("vnc");
  expect(identityOf(device("hostdevs"), { subsys_pci: { source: { address: { domain: 0, bus: 1, slot: 0, function: 0 } } } })).toBe(
    "subsys_pci/0/1/0/0",
  );
});

test("an item that leaves its key open has no identity, nor has one of a list without a key", () => {
  expect(identityOf(device("interfaces"), { model: { type: "virtio" } })).toBeUndefined();
  expect(identityOf(device("disks"), { target: { dev: UNKNOWN } })).toBeUndefined();
  expect(identityOf(device("inputs"), { type: "tablet" })).toBeUndefined();
  expect(identityOf(undefined, { name: "a" })).toBeUndefined();
});

test("a path leads to its list, through names and items", () => {
  expect(listAt(network, ["ips", 0, "dhcp", "hosts", 2])?.key).toEqual(["mac", "id"]);
  expect(listAt(domain, ["devices", "disks", 0, "driver"])).toBeUndefined();
  expect(listAt(domain, ["devices", "toString"])).toBeUndefined();
});

test("items with the same key are distinguished by their content", () => {
  const list = device("memorydevs");
  const dimm = (size: number, size_unit: string) => ({ model: "dimm", target: { size, size_unit } });
  if (list === undefined) throw new Error("no such list");
  expect(pairItems(compile(list.fields), keysOf(list), [dimm(512, "MiB")], [dimm(256, "MiB"), dimm(524288, "KiB")])).toEqual([1]);
});
