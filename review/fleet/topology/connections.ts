import type { Subject } from "../../subject.ts";
import { type Shown, textAt, treesAt } from "../../tree.ts";
import type { TopologyNode } from "./schema.ts";

/** What a guest or a network is connected to. */
export interface Connection {
  readonly kind: TopologyNode["kind"];
  readonly name: string;
}

/** The pool of a volume, by the volume's path. */
export type PoolOf = (path: string) => string | undefined;

/** Pools of volumes, on either side of a plan. */
export function poolsByPath(subjects: readonly Subject[]): PoolOf {
  const pools = new Map<string, string>();
  for (const { resource, before, after } of subjects) {
    if (resource.type !== "libvirt_volume") continue;
    const sides: readonly Shown[] = [before, after];
    for (const side of sides) {
      const [path, pool] = [textAt(side, "path"), textAt(side, "pool")];
      if (path !== undefined && pool !== undefined) pools.set(path, pool);
    }
  }
  return (path) => pools.get(path);
}

/** On one side of a plan; each once. */
export function connectionsOf(type: string, side: Shown, poolOf: PoolOf): Connection[] {
  const found = type === "libvirt_domain" ? [...plugs(side), ...pools(side, poolOf)] : type === "libvirt_network" ? uplinks(side) : [];
  return [...new Map(found.map((one) => [`${one.kind} ${one.name}`, one])).values()];
}

const named = (kind: Connection["kind"], name: string | undefined): Connection[] => (name === undefined ? [] : [{ kind, name }]);

const plugs = (guest: Shown): Connection[] =>
  treesAt(guest, "devices", "interfaces").flatMap((nic) => [
    ...named("network", textAt(nic, "source", "network", "network")),
    ...named("bridge", textAt(nic, "source", "bridge", "bridge")),
    ...named("interface", textAt(nic, "source", "direct", "dev")),
  ]);

const pools = (guest: Shown, poolOf: PoolOf): Connection[] =>
  treesAt(guest, "devices", "disks").flatMap((disk) => {
    const path = textAt(disk, "source", "file", "file") ?? textAt(disk, "source", "block", "dev");
    return named("pool", textAt(disk, "source", "volume", "pool") ?? (path === undefined ? undefined : poolOf(path)));
  });

/** A bridge that the host has already; the one that libvirt makes for a network is part of it. */
const uplinks = (network: Shown): Connection[] =>
  textAt(network, "forward", "mode") === "bridge" ? named("bridge", textAt(network, "bridge", "name")) : [];
