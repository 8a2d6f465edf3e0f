import fc from "fast-check";
import { expect, test } from "vitest";
import { complete } from "../../attributes/complete.ts";
import { planUpdate } from "../../attributes/plan.ts";
import type { Table } from "../../model/table.ts";
import { domain } from "../../model/domain/index.ts";
import { network } from "../../model/network.ts";
import { isValues, type Values } from "../../model/values.ts";
import { compare, type Difference } from "../../review/compare.ts";

/** One of these, or nothing. */
const maybe = <T>(...values: readonly T[]): fc.Arbitrary<T | null> => fc.constantFrom(null, ...values);
const record = (parts: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Values> => fc.record(parts) as unknown as fc.Arbitrary<Values>;
const several = (item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.array(item, { maxLength: 4 });

const disk = record({
  device: maybe("disk", "cdrom"),
  serial: maybe("a", "b"),
  source: maybe({ file: { file: "/a.raw" } }, { file: { file: "/b.raw" } }, { volume: { pool: "p", volume: "a" } }),
  target: maybe({ dev: "vda", bus: "virtio" }, { dev: "vdb", bus: "virtio" }, { dev: "vda", bus: "sata" }, { dev: "sda" }),
});
const card = record({
  mac: maybe({ address: "52:54:00:00:00:01" }, { address: "52:54:00:00:00:02" }, { address: "52:54:00:00:00:0A" }),
  model: maybe({ type: "virtio" }, { type: "e1000e" }),
  source: maybe({ network: { network: "lan" } }, { bridge: { bridge: "br0" } }),
});
const controller = record({ type: fc.constantFrom("usb", "scsi", "pci"), index: maybe(0, 1), model: maybe("virtio-scsi", "qemu-xhci") });
const guest = record({
  name: fc.constant("web1"),
  devices: record({
    disks: several(disk),
    interfaces: several(card),
    controllers: several(controller),
    channels: several(record({ target: maybe({ virt_io: { name: "org.qemu.guest_agent.0" } }, { virt_io: { name: "org.spice.0" } }) })),
    hostdevs: several(record({ managed: maybe("yes"), alias: maybe({ name: "ua-one" }, { name: "ua-two" }) })),
  }),
  cpu: record({ features: several(record({ name: fc.constantFrom("vmx", "svm", "aes"), policy: maybe("require", "disable") })) }),
});
const host = record({ mac: maybe("52:54:00:00:00:01", "52:54:00:00:00:02"), name: maybe("a", "b"), ip: maybe("10.0.0.1", "10.0.0.2") });
const lan = record({
  name: fc.constant("lan"),
  ips: several(record({ address: fc.constantFrom("10.0.0.1", "10.1.0.1"), prefix: maybe(24, 16), dhcp: fc.option(record({ hosts: several(host) })) })), // prettier-ignore
  dns: record({ host: several(record({ ip: fc.constantFrom("10.0.0.2", "10.0.0.3"), hostnames: fc.constant(null) })) }),
});

/** `removed devices.disks {...}`, of each item that a list got or lost as a whole, at any depth. */
function byReview({ items, pairs }: Difference): string[] {
  const own = items.map(({ action, kind, value }) => `${action} ${kind} ${JSON.stringify(value)}`);
  return [...own, ...pairs.flatMap(({ difference }) => byReview(difference))];
}

function byProvider(table: Table, prior: Values, proposed: Values): string[] {
  return planUpdate(table, prior, proposed).changes.flatMap(({ path, before, after }) => {
    if (typeof path.at(-1) !== "number" || !isValues(before ?? after) || (before !== null && after !== null)) return [];
    const kind = path.filter((step) => typeof step === "string").join(".");
    return [`${after === null ? "removed" : "added"} ${kind} ${JSON.stringify(after ?? before)}`];
  });
}

test.each([
  [domain, guest],
  [network, lan],
] as const)("the review names the items that the provider takes and brings: %#", (table, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, arbitrary, (before, after) => {
      const prior = complete(table, before);
      const proposed = complete(table, after);
      const { planned } = planUpdate(table, prior, proposed);
      const said = byReview(compare(prior, planned, table)).toSorted();
      expect(said).toEqual(byProvider(table, prior, proposed).toSorted());
    }),
    { numRuns: 500 },
  );
});
