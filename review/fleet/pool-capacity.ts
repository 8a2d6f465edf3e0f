import type { HostFacts } from "../../model/host-facts.ts";
import { listed } from "../../model/listed.ts";
import type { Judged } from "../judge.ts";
import { type Shown, textAt } from "../tree.ts";
import { bytesAt, formatBytes } from "../units.ts";
import { nameOf, stacksOn } from "./capacity.ts";
import { foldNames } from "./fold.ts";
import type { FleetReview } from "./schema.ts";
import type { StackPlan } from "./stack-plan.ts";

type PoolFacts = HostFacts["pools"][number];

/** What a plan does to a pool by one volume, in bytes. */
interface Use {
  readonly stack: StackPlan;
  readonly volume: string;
  readonly pool: string;
  /** What its volumes may grow to: more or less by this. */
  readonly provisioned: number;
  /** What it may take of the free space; at once, in a pool that allocates whole volumes. */
  readonly takes: number;
  /** What the pool gets back, before or after; possibly less. */
  readonly frees: number;
}

/** Pools that the plan leaves alone, with what it does to their volumes. */
interface Pool {
  readonly facts: PoolFacts;
  readonly uses: readonly Use[];
}

/**
 * What the volumes of each pool may grow to, before and after. Files are thin with both providers, so that may be more than the pool has
 * until guests write. A pool that the plan creates is on a filesystem that nobody has asked: nothing is said of it.
 */
export function poolCapacityOf(
  stacks: readonly StackPlan[],
  hosts: Readonly<Record<string, HostFacts>>,
): readonly FleetReview["capacity"][number][] {
  return Object.entries(hosts).flatMap(([uri, facts]) => {
    const here = stacksOn(uri, stacks);
    const pools = poolsOf(facts, here).filter(({ facts: { type, provisioned } }) => !isWhole(type) && provisioned !== undefined);
    return filesystemsOf(pools)
      .filter((all) => all.some(({ uses }) => uses.length > 0))
      .map((all) => {
        const [has, free] = [all[0].facts.capacity, all[0].facts.available];
        const before = all.reduce((sum, { facts: { provisioned = 0 } }) => sum + provisioned, 0);
        const uses = all.flatMap((pool) => pool.uses);
        const after = before + sumOf(uses, ({ provisioned }) => provisioned);
        const isTight = sumOf(uses, ({ takes }) => takes) > free + sumOf(uses, ({ frees }) => frees); // others' files fill it
        const names = all.map(({ facts: { name } }) => name);
        const [which, where] = names.length === 1 ? [`pool ${names[0]}`, "the pool"] : [`pools ${listed(names)}`, "their filesystem"];
        const text = `${nameOf(uri, here)}: volumes of ${which} may grow to ${formatBytes(after)} (${formatBytes(before)} before); ${where} has ${formatBytes(has)}, of which ${formatBytes(free)} are free`;
        return {
          host: uri,
          resource: "disk",
          pools: names,
          has,
          free,
          before,
          after,
          over: (after > has && after > before) || isTight,
          text,
        };
      });
  });
}

/** Pools that allocate whole volumes, and have no room for those that the plan creates or grows: libvirt fails at apply. */
export function fullPoolsOf(
  stacks: readonly StackPlan[],
  hosts: Readonly<Record<string, HostFacts>>,
): readonly FleetReview["failures"][number][] {
  return Object.entries(hosts).flatMap(([uri, facts]) =>
    poolsOf(facts, stacksOn(uri, stacks)).flatMap(({ facts: { name, type, available }, uses }) => {
      if (!isWhole(type) || uses.some(({ stack }) => stack.provider === "registry")) return []; // which may ask for thin ones
      const takes = sumOf(uses, (use) => use.takes);
      if (takes <= available + sumOf(uses, (use) => use.frees)) return [];
      const taking = Map.groupBy(
        uses.filter((use) => use.takes > 0),
        ({ stack }) => stack,
      );
      return [...taking].map(([stack, all]) => ({
        stack: stack.name,
        hosts: [...stack.hosts],
        text: `${stack.name}: pool ${name} has no room for ${foldNames(all.map(({ volume }) => volume))}: ${formatBytes(available)} are free, and the plan takes ${formatBytes(takes)} at once`,
      }));
    }),
  );
}

const sumOf = (uses: readonly Use[], of: (use: Use) => number): number => uses.reduce((sum, use) => sum + of(use), 0);

/** libvirt allocates a volume of these as a whole when it is made; in others, and for an unknown type, it may be thin. */
const WHOLE: ReadonlySet<string> = new Set(["logical", "disk", "zfs"]);
const isWhole = (type: string | undefined): boolean => type !== undefined && WHOLE.has(type);

function poolsOf({ pools }: HostFacts, here: readonly StackPlan[]): Pool[] {
  const uses = here.flatMap((stack) => stack.judged.changes.flatMap((change) => usesOf(stack, change)));
  const made = new Set(here.flatMap(({ judged }) => judged.changes.filter(isMade).map(({ subject }) => subject.name)));
  return pools.filter(({ name }) => !made.has(name)).map((facts) => ({ facts, uses: uses.filter(({ pool }) => pool === facts.name) }));
}

/** Whether a pool is created, replaced or deleted: what is known of it does not hold after. */
const isMade = ({ subject: { resource, action } }: Judged): boolean =>
  resource.type === "libvirt_pool" && (action === "create" || action === "replace" || action === "delete");

function usesOf(stack: StackPlan, { subject: { resource, action, name, before, after } }: Judged): Use[] {
  if (resource.type !== "libvirt_volume" || action === "no-op" || action === "read" || action === "forget") return [];
  const [had, gets] = [sizeOf(before), sizeOf(after)];
  const use = (side: Shown, amounts: Pick<Use, "provisioned" | "takes" | "frees">): Use[] => {
    const pool = textAt(side, "pool");
    return pool === undefined ? [] : [{ stack, volume: name, pool, ...amounts }];
  };
  if (action === "update") {
    if (stack.provider === "registry") return []; // it fails, whatever the pool has
    const grows = had === undefined || gets === undefined ? 0 : gets - had;
    return use(after, { provisioned: grows, takes: Math.max(grows, 0), frees: 0 });
  }
  const size = had ?? 0;
  return [
    ...(action === "create" ? [] : use(before, { provisioned: -size, takes: 0, frees: Math.max(size, allocationOf(before)) })),
    // the size of one that is filled from an image is not known before
    ...(action === "delete" ? [] : use(after, { provisioned: gets ?? size, takes: gets ?? 0, frees: 0 })),
  ];
}

const sizeOf = (side: Shown): number | undefined => bytesAt(side, "capacity", "bytes");
const allocationOf = (side: Shown): number => bytesAt(side, "allocation", "bytes") ?? 0;

/** Free space of one filesystem, asked twice while guests write. */
const NEARLY = 64 * 1024 ** 2;
/** New filesystems of one size look alike. */
const NEW = 0.05;

/** The pools by the filesystem that they seem to be on: the same size, and the same bytes free. */
function filesystemsOf(pools: readonly Pool[]): (readonly [Pool, ...Pool[]])[] {
  const found: [Pool, ...Pool[]][] = [];
  for (const pool of pools) {
    const same = found.find(([{ facts }]) => isSameFilesystem(facts, pool.facts));
    if (same) same.push(pool);
    else found.push([pool]);
  }
  return found;
}

const isSameFilesystem = (one: PoolFacts, other: PoolFacts): boolean =>
  one.type === other.type &&
  one.capacity === other.capacity &&
  Math.abs(one.available - other.available) <= NEARLY &&
  one.capacity - one.available > one.capacity * NEW;
