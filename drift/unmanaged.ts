import type { Unmanaged } from "./schema.ts";

/** What a host has, as libvirt lists it. */
export interface Inventory {
  readonly guests: readonly Named[];
  readonly networks: readonly Named[];
  readonly pools: readonly Named[];
  /** Those of active pools. */
  readonly volumes: readonly { readonly pool: string; readonly name: string; readonly key: string }[];
}

interface Named {
  readonly name: string;
  readonly uuid: string;
}

/** The resources of a raw state. */
export interface StateOfStack {
  readonly resources: readonly unknown[];
}

/** The names under which libvirt's packages and virt-manager create a network and a pool. */
const USUAL = "default";

/**
 * What of a host no state has: neither as a resource or a data source, nor as a disk of a guest.
 *
 * @param states of all stacks of the project on the host
 */
export function unmanagedOf(host: Inventory, states: readonly StateOfStack[]): readonly Unmanaged[] {
  const known = new Set<string>();
  for (const state of states) remember(state.resources, known);
  const named = (kind: "guest" | "network" | "pool", all: readonly Named[]): Unmanaged[] =>
    all
      .filter(({ uuid }) => !known.has(uuid))
      .map(({ name }) => ({ kind, name, ...(kind !== "guest" && name === USUAL && { usual: true as const }) }));
  const volumes = host.volumes
    .filter(({ pool, name, key }) => !known.has(key) && !known.has(inPool(pool, name)))
    .map(({ pool, name }): Unmanaged => ({ kind: "volume", name, pool }));
  return [...named("guest", host.guests), ...named("network", host.networks), ...named("pool", host.pools), ...volumes];
}

const inPool = (pool: string, name: string): string => JSON.stringify([pool, name]);

/** Collects UUIDs, keys and paths, which are texts of their own, and volumes by pool and name. */
function remember(value: unknown, known: Set<string>): void {
  if (typeof value === "string") known.add(value);
  else if (Array.isArray(value)) for (const one of value) remember(one, known);
  else if (typeof value === "object" && value !== null) {
    const { pool, name, volume = name } = value as Readonly<Record<string, unknown>>;
    if (typeof pool === "string" && typeof volume === "string") known.add(inPool(pool, volume));
    for (const one of Object.values(value)) remember(one, known);
  }
}
