import type { Judged } from "../judge.ts";
import type { Subject } from "../subject.ts";
import { ownersIn } from "./belongs.ts";
import { isTold, type StackPlan } from "./stack-plan.ts";

/** One change as a reader sees it: a guest with all that comes and goes with it, or anything else alone. */
export interface Line {
  readonly stack: StackPlan;
  readonly judged: Judged;
  /** What belongs to it and needs no line of its own. */
  readonly parts: readonly Judged[];
  /** The guest that a volume is a disk of. */
  readonly owner: Subject | undefined;
  /** The guest whose cloud-init disk or similar changes, and nothing else of it. */
  readonly seedOf: Subject | undefined;
}

export function linesOf(stack: StackPlan): Line[] {
  const { changes } = stack.judged;
  const owners = ownersIn(stack.judged);
  const told = new Map(changes.filter(isTold).map((one) => [one.subject, one]));
  const parts = new Map<Subject, Judged[]>();
  const rest: Judged[] = [];
  const seeds = new Map<Subject, Judged[]>();
  for (const judged of told.values()) {
    const owner = owners.get(judged.subject);
    if (owner === undefined) rest.push(judged);
    else if (comesWith(judged, told.get(owner))) push(parts, owner, judged);
    else if (judged.disposable) push(seeds, owner, judged);
    else rest.push(judged);
  }
  const line = (judged: Judged, more: Partial<Line> = {}): Line => ({
    stack,
    judged,
    parts: parts.get(judged.subject) ?? [],
    owner: owners.get(judged.subject),
    seedOf: undefined,
    ...more,
  });
  const ofSeeds = [...seeds].flatMap(([guest, all]) => {
    const [seed = all[0], ...copies] = all.toSorted((a, b) => weight(b) - weight(a));
    return seed === undefined ? [] : [line(seed, { parts: copies, owner: undefined, seedOf: guest })];
  });
  return [...rest.map((judged) => line(judged)), ...ofSeeds];
}

/** The cloud-init disk itself says more than its copy in a pool. */
const weight = ({ subject }: Judged): number => (subject.resource.type === "libvirt_volume" ? 0 : 1);

/** Whether a part comes or goes with its guest, or is plugged into it or out of it, which the guest's line says. */
function comesWith(part: Judged, guest: Judged | undefined): boolean {
  if (guest === undefined) return false;
  if (part.effect === guest.effect) return part.effect === "create" || part.effect === "delete" || part.effect === "replace";
  const isUpdated = guest.effect === "live" || guest.effect === "restart" || guest.effect === "start" || guest.effect === "stop";
  return isUpdated && !part.disposable && (part.effect === "create" || part.effect === "delete");
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
