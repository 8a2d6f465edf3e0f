import type { JudgedPlan } from "../judge.ts";
import type { Subject } from "../subject.ts";
import { type Tree, treesAt } from "../tree.ts";

/**
 * What belongs to one guest alone: volumes that only it has as disks, and the cloud-init disks on them. A reader thinks of them
 * as the guest's.
 */
export function ownersIn({ changes, around }: JudgedPlan): ReadonlyMap<Subject, Subject> {
  const users = new Map<Subject, Set<Subject>>();
  for (const { subject: guest } of changes) {
    if (guest.resource.type !== "libvirt_domain") continue;
    for (const disk of disksOf(guest)) {
      const volume = around.volumeOf(disk);
      if (volume) users.set(volume, (users.get(volume) ?? new Set()).add(guest));
    }
  }
  const owners = new Map<Subject, Subject>();
  for (const [volume, guests] of users) {
    const [guest, ...others] = guests;
    if (guest === undefined || others.length > 0) continue;
    owners.set(volume, guest);
    const seed = around.seedOf(volume);
    if (seed) owners.set(seed, guest);
  }
  return owners;
}

const disksOf = ({ before, after }: Subject): readonly Tree[] => [
  ...treesAt(before, "devices", "disks"),
  ...treesAt(after, "devices", "disks"),
];
