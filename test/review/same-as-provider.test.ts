import fc from "fast-check";
import { expect, test } from "vitest";
import { complete } from "../../attributes/complete.ts";
import { changeNames } from "../../attributes/names.ts";
import { planUpdate, type UpdatePlan } from "../../attributes/plan.ts";
import type { Table } from "../../model/table.ts";
import { domain } from "../../model/domain/index.ts";
import { network } from "../../model/network.ts";
import { isValues, type Values } from "../../model/values.ts";
import { restartsOf } from "../../provider/domain/planning/restarts.ts";
import { restartsOf as networkRestarts } from "../../provider/network/update.ts";
import { compare } from "../../review/compare.ts";
import type { Difference } from "../../review/difference.ts";
import { review } from "../../review/index.ts";
import { plan, update } from "./build.ts";

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
    tpms: several(record({ model: maybe("tpm-crb", "tpm-tis") })),
    hostdevs: several(record({ managed: maybe("yes"), alias: maybe({ name: "ua-one" }, { name: "ua-two" }) })),
  }),
  vcpu: fc.constantFrom(1, 2),
  vcpu_current: maybe(1, 2),
  memory: fc.constantFrom(1, 1024),
  memory_unit: maybe("MiB", "GiB"),
  os: record({ type_machine: maybe("pc", "q35"), boot_devices: several(record({ dev: fc.constantFrom("hd", "network") })) }),
  cpu: record({
    mode: maybe("host-model", "maximum"),
    features: several(record({ name: fc.constantFrom("vmx", "svm", "aes"), policy: maybe("require", "disable") })),
  }),
});
const host = record({ mac: maybe("52:54:00:00:00:01", "52:54:00:00:00:02"), name: maybe("a", "b"), ip: maybe("10.0.0.1", "10.0.0.2") });
const lan = record({
  name: fc.constant("lan"),
  ips: several(record({ address: fc.constantFrom("10.0.0.1", "10.1.0.1"), prefix: maybe(24, 16), dhcp: fc.option(record({ hosts: fc.array(host, { minLength: 1, maxLength: 4 }) })) })), // prettier-ignore
  mtu: maybe({ size: 1500 }, { size: 9000 }),
  forward: fc.constantFrom({ mode: "nat" }, { mode: "route", dev: "eth0" }),
  routes: several(record({ address: fc.constantFrom("10.3.0.0", "10.4.0.0"), prefix: maybe(24), gateway: maybe("10.0.0.1", "10.0.0.2") })),
  dns: record({
    forwarders: several(record({ addr: maybe("1.1.1.1", "9.9.9.9"), domain: maybe("lan") })),
    host: several(record({ ip: fc.constantFrom("10.0.0.2", "10.0.0.3"), hostnames: fc.constant(null) })),
  }),
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

test.each([
  ["libvirt_domain.web1", domain, guest, { id: 7, running: true }, restartsOf],
  [
    "libvirt_network.lan",
    network,
    lan,
    { active: true },
    (_: Values, __: Values, changes: UpdatePlan["changes"]) => networkRestarts(changes),
  ],
] as const)(
  "the review gives the causes of a restart the same names as the provider's warning: %s",
  (address, table, arbitrary, running, restarts) => {
    fc.assert(
      fc.property(arbitrary, arbitrary, (before, after) => {
        const prior = complete(table, { ...before, ...running });
        const { planned, changes } = planUpdate(table, prior, complete(table, { ...after, ...running }));
        const warned = changeNames(table, restarts(prior, planned, changes), prior, planned);
        fc.pre(warned.length > 0);
        const [change] = review(plan([update(address, prior, planned)])).changes;
        const causes = change?.findings.flatMap((one) => (one.kind === "interruption" ? one.causes.map(({ name }) => name) : []));
        expect([...new Set(causes)].toSorted()).toEqual(warned.toSorted());
      }),
      { numRuns: 500 },
    );
  },
);
