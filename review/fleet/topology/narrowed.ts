import type { Topology } from "./schema.ts";

/** What changes, and what it is connected to. */
export function changedOnly(topology: Topology): Topology {
  const changed = new Set(topology.nodes.filter(({ effect }) => effect !== undefined).map(({ id }) => id));
  const isChanged = (id: string): boolean => changed.has(id);
  // a network that changes does not pull in the guests that stay as they are: the reach names them
  const links = topology.links.filter(({ from, change }) => isChanged(from) || change !== undefined);
  const near = new Set([...changed, ...links.flatMap(({ from, to }) => [from, to])]);
  return { ...topology, nodes: topology.nodes.filter(({ id }) => near.has(id)), links };
}
