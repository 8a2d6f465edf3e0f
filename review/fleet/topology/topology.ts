import type { Judged, JudgedPlan } from "../../judge.ts";
import { textAt } from "../../tree.ts";
import { type Connection, connectionsOf, type PoolOf, poolsByPath } from "./connections.ts";
import { folded } from "./folded.ts";
import { reachOf } from "./reach.ts";
import type { Topology, TopologyLink, TopologyNode } from "./schema.ts";

export interface TopologyPart {
  /** The stack. */
  readonly name: string;
  /** The hosts' URIs. */
  readonly hosts: readonly string[];
  readonly judged: Pick<JudgedPlan, "changes">;
}

const KINDS: Readonly<Record<string, TopologyNode["kind"]>> = {
  libvirt_domain: "guest",
  libvirt_network: "network",
  libvirt_pool: "pool",
};

interface Entry {
  readonly judged: Judged;
  readonly id: string;
  readonly kind: TopologyNode["kind"];
  readonly place: string;
  readonly stack: string;
  readonly poolOf: PoolOf;
}

/** Stacks of one host share its networks and pools: an object that one stack makes and another uses is one node. */
export function topologyOf(parts: readonly TopologyPart[]): Topology {
  const entries = parts.flatMap(entriesOf);
  const nodes = new Map<string, TopologyNode>();
  const renamed = new Map<string, string>();
  for (const { judged, id, kind, place, stack } of entries) {
    const known = nodes.get(id);
    const effect = judged.effect === "none" ? known?.effect : judged.effect;
    const stacks = [...new Set([...(known?.stacks ?? []), stack])];
    nodes.set(id, { id, kind, place, stacks, names: [judged.subject.name], ...(effect !== undefined && { effect }) });
    renamed.set(idOf(place, { kind, name: textAt(judged.subject.before, "name") ?? judged.subject.name }), id);
  }
  const links = entries.flatMap((entry) =>
    changesIn(entry).map(([to, change]): TopologyLink => {
      const named = idOf(entry.place, to);
      const id = nodes.has(named) ? named : (renamed.get(named) ?? named);
      if (!nodes.has(id)) nodes.set(id, { id, kind: to.kind, place: entry.place, stacks: [], names: [to.name] });
      return { from: entry.id, to: id, ...(change !== undefined && { change }) };
    }),
  );
  const graph = { nodes: [...nodes.values()], links };
  return { ...folded(graph), reach: reachOf(graph) };
}

function entriesOf({ name: stack, hosts, judged: { changes } }: TopologyPart): Entry[] {
  const place = hosts.length === 0 ? stack : hosts.join(", ");
  const poolOf = poolsByPath(changes.map(({ subject }) => subject));
  return changes.flatMap((judged) => {
    const kind = KINDS[judged.subject.resource.type];
    return kind === undefined ? [] : [{ judged, id: idOf(place, { kind, name: judged.subject.name }), kind, place, stack, poolOf }];
  });
}

const idOf = (place: string, { kind, name }: Connection): string => JSON.stringify([place, kind, name]);

function changesIn({ judged: { subject }, poolOf }: Entry): (readonly [Connection, TopologyLink["change"]])[] {
  const before = connectionsOf(subject.resource.type, subject.before, poolOf);
  const after = connectionsOf(subject.resource.type, subject.after, poolOf);
  const isIn = (all: readonly Connection[], { kind, name }: Connection): boolean =>
    all.some((one) => one.kind === kind && one.name === name);
  return [
    ...after.map((one) => [one, isIn(before, one) ? undefined : ("added" as const)] as const),
    ...before.filter((one) => !isIn(after, one)).map((one) => [one, "removed" as const] as const),
  ];
}
