import type { Judged } from "../judge.ts";
import { at, isTree, same, type Shown, textAt, treesAt } from "../tree.ts";
import { bytesAt } from "../units.ts";
import { plugOf } from "../kinds/guest-devices.ts";
import type { FleetReview } from "./schema.ts";
import { memberOf, type StackPlan } from "./stack-plan.ts";

type Rename = FleetReview["renames"][number];

interface Found {
  readonly stack: StackPlan;
  readonly judged: Judged;
}

/** Deletes and creates that seem to be one object: renamed without a moved block, or taken to another host. */
export function renamesOf(stacks: readonly StackPlan[]): Rename[] {
  const all = (action: "create" | "delete"): Found[] =>
    stacks.flatMap((stack) =>
      stack.judged.changes
        .filter(({ subject, disposable }) => subject.action === action && !disposable && NOUNS.has(subject.resource.type))
        .map((judged) => ({ stack, judged })),
    );
  const created = all("create");
  const taken = new Set<Judged>();
  return all("delete").flatMap((from) => {
    const similar = created.filter((to) => !taken.has(to.judged) && isSimilar(from, to));
    const exact = similar.filter((to) => to.judged.subject.name === from.judged.subject.name);
    const here = (all: readonly Found[]): readonly Found[] => all.filter((to) => to.stack === from.stack);
    const candidates = [here(exact), exact, here(similar)].find(({ length }) => length > 0) ?? [];
    const [to, ...others] = candidates;
    if (to === undefined || others.length > 0) return [];
    taken.add(to.judged);
    return [renameOf(from, to)];
  });
}

const NOUNS: ReadonlySet<string> = new Set(["libvirt_domain", "libvirt_volume", "libvirt_network", "libvirt_pool"]);

function isSimilar(from: Found, to: Found): boolean {
  const [a, b] = [from.judged.subject, to.judged.subject];
  if (a.resource.type !== b.resource.type) return false;
  if (a.resource.type !== "libvirt_domain") return a.name === b.name && from.stack === to.stack;
  return a.name === b.name || (from.stack === to.stack && same(likeness(a.before), likeness(b.after)));
}

/** What two guests of the same make have in common. */
function likeness(side: Shown): Shown {
  if (!isTree(side)) return null;
  const nics = treesAt(side, "devices", "interfaces").map(plugOf);
  const disks = treesAt(side, "devices", "disks").map((disk) => textAt(disk, "target", "dev") ?? null);
  return { memory: bytesAt(side, "memory", "KiB") ?? null, vcpu: at(side, "vcpu"), os: at(side, "os", "type_machine"), nics, disks };
}

function renameOf(from: Found, to: Found): Rename {
  const { kind, subject } = from.judged;
  const [old, now] = [subject.name, to.judged.subject.name];
  const base = { noun: kind.noun, from: memberOf(from.stack, from.judged), to: memberOf(to.stack, to.judged) };
  if (from.stack !== to.stack) {
    const disks = kind.noun === "guest" ? "; its disks do not go with it" : "";
    return { ...base, kind: "moved", text: `${kind.noun} ${old} goes from ${from.stack.name} to ${to.stack.name}${disks}` };
  }
  const what = old === now ? `${kind.noun} ${old} seems to have a new path` : `${kind.noun} ${old} seems to be renamed to ${now}`;
  const fix = `without moved() it is deleted and created: moved from ${base.from.address} to ${base.to.address}`;
  return { ...base, kind: "renamed", text: `${from.stack.name}: ${what}; ${fix}` };
}
