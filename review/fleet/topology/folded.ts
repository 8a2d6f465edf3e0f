import type { Topology, TopologyLink, TopologyNode } from "./schema.ts";

type Graph = Pick<Topology, "nodes" | "links">;

/** Guests that are connected and changed alike become one node; nodes get short ids. */
export function folded({ nodes, links }: Graph): Graph {
  const linksOf = Map.groupBy(links, ({ from }) => from);
  const likeness = (node: TopologyNode): string => {
    if (node.kind !== "guest") return node.id;
    const ways = (linksOf.get(node.id) ?? []).map(({ to, change }) => `${to} ${change ?? ""}`).toSorted();
    return JSON.stringify([node.place, node.effect, ways]);
  };
  const kept = [...Map.groupBy(nodes, likeness).values()].flatMap((alike, index) => {
    const [first] = alike;
    if (first === undefined) return [];
    const stacks = [...new Set(alike.flatMap((node) => node.stacks))];
    return [{ old: first.id, node: { ...first, id: `n${index}`, stacks, names: alike.flatMap((node) => node.names) } }];
  });
  const ids = new Map(kept.map(({ old, node }) => [old, node.id]));
  const renamed = links.flatMap((link): TopologyLink[] => {
    const [from, to] = [ids.get(link.from), ids.get(link.to)];
    return from === undefined || to === undefined ? [] : [{ ...link, from, to }];
  });
  return { nodes: kept.map(({ node }) => node), links: renamed };
}
