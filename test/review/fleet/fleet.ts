/** A fleet's review, built by hand for the tests of what is made from it. */
import type { FleetReview } from "../../../review/fleet/schema.ts";
import { review } from "../../../review/index.ts";
import type { Plan } from "../../../engine/plan.ts";
import { guest, plan, update } from "../build.ts";

type FleetStack = FleetReview["stacks"][number];

export const stack = (name: string, of: Plan): FleetStack => ({
  name,
  hosts: [`qemu+ssh://${name}/system`],
  provider: "embedded",
  review: review(of),
});

export const member = (name: string, on = "kvm1") => ({
  stack: on,
  hosts: [`qemu+ssh://${on}/system`],
  address: `libvirt_domain.${name}`,
  name,
});

const NONE: FleetReview["counts"] = review(plan([])).counts;

export const fleet = (more: Partial<FleetReview> = {}): FleetReview => ({
  formatVersion: 1,
  kind: "fleet",
  title: "homelab",
  hasChanges: true,
  stacks: [],
  counts: NONE,
  byHost: [],
  losses: [],
  down: [],
  atOnce: 0,
  rollouts: [],
  networkLosses: [],
  capacity: [],
  failures: [],
  renames: [],
  groups: [],
  ...more,
});

/** Sums of counts. */
export const summed = (stacks: readonly FleetStack[]): FleetReview["counts"] =>
  stacks.reduce(
    (sum, { review: { counts } }) =>
      Object.fromEntries(
        Object.entries(sum).map(([key, value]) => [key, value + counts[key as keyof typeof counts]]),
      ) as FleetReview["counts"],
    NONE,
  );

/** Hosts whose guests all restart for more memory, and one volume that is lost. */
export function restarting(hosts: number, guests: number): FleetReview {
  const name = (host: number, index: number): string =>
    `n${String(host * guests + index + 1).padStart(String(hosts * guests).length, "0")}`;
  const all = Array.from({ length: hosts }, (_, host) => Array.from({ length: guests }, (__, index) => name(host, index)));
  const stacks = all.map((names, host) =>
    stack(`kvm${host + 1}`, plan(names.map((one) => update(`libvirt_domain.${one}`, guest(one), { memory: 8 })))),
  );
  const members = all.flatMap((names, host) => names.map((one) => member(one, `kvm${host + 1}`)));
  const first = members[0]?.name ?? "";
  const said = `${members.length} guests (${first} … ${members.at(-1)?.name}) will restart: memory 4 → 8 GiB`;
  const memory = [{ name: "memory", before: "4 GiB", after: "8 GiB" }];
  const disk = { ...member("data"), address: "libvirt_volume.data" };
  return fleet({
    stacks,
    counts: summed(stacks),
    byHost: stacks.map((one) => ({ host: one.hosts[0] ?? "", stacks: [one.name], counts: one.review.counts })),
    losses: [
      {
        ...disk,
        noun: "volume",
        effect: "delete",
        lost: ["data"],
        size: "40 GiB",
        text: "kvm1: volume data (40 GiB) is deleted; its data is lost",
      },
    ],
    down: [{ how: "restart", guests: members, seconds: 60, causes: memory, text: said }],
    atOnce: members.length,
    networkLosses: [
      {
        stack: "kvm1",
        hosts: ["qemu+ssh://kvm1/system"],
        networks: ["network lan"],
        guests: [first],
        kind: "lease",
        text: `kvm1: ${first} loses its address on network lan at its next lease`,
      },
    ],
    capacity: [
      {
        host: "qemu+ssh://kvm1/system",
        resource: "memory",
        has: 2 ** 38,
        before: 2 ** 37,
        after: 2 ** 39,
        over: true,
        text: "kvm1: memory 128 → 512 GiB of 256 GiB",
      },
      { host: "qemu+ssh://kvm1/system", resource: "CPUs", has: 64, before: 8, after: 8, over: false, text: "kvm1: 8 CPUs of 64" },
    ],
    failures: [{ stack: "kvm1", hosts: ["qemu+ssh://kvm1/system"], text: "kvm1: volume iso cannot be updated" }],
    renames: [
      {
        kind: "renamed",
        noun: "guest",
        from: member("web3"),
        to: member("web4"),
        text: "kvm1: web3 seems to be renamed to web4: add moved",
      },
    ],
    groups: [
      {
        effect: "delete",
        noun: "volume",
        causes: [],
        reasons: [],
        members: [disk],
        parts: [],
        sentence: "volume data (40 GiB) is deleted; its data is lost",
        text: "kvm1: volume data (40 GiB) is deleted; its data is lost",
      },
      { effect: "restart", noun: "guest", causes: memory, reasons: [], members, parts: [], sentence: said, text: said },
    ],
  });
}
