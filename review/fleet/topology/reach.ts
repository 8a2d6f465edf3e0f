import type { Effect } from "../../schema.ts";
import { foldNames } from "../fold.ts";
import type { Topology } from "./schema.ts";

/** Of what guests can hang on; a new network or pool has none yet. */
const WORDS: Readonly<Partial<Record<Effect, string>>> = {
  delete: "is deleted",
  replace: "is replaced",
  restart: "restarts",
  stop: "stops",
  update: "changes",
  live: "changes",
};

/** The guests on each network and pool that changes, as they are before the plan. */
export function reachOf({ nodes, links }: Pick<Topology, "nodes" | "links">): Topology["reach"] {
  const guests = new Map(nodes.filter(({ kind }) => kind === "guest").map((node) => [node.id, node]));
  const linksTo = Map.groupBy(
    links.filter(({ change }) => change !== "added"),
    ({ to }) => to,
  );
  return nodes.flatMap(({ id, kind, place, names, effect }) => {
    const words = effect === undefined ? undefined : WORDS[effect];
    if ((kind !== "network" && kind !== "pool") || effect === undefined || words === undefined) return [];
    const on = (linksTo.get(id) ?? []).flatMap(({ from }) => guests.get(from)?.names ?? []);
    if (on.length === 0) return [];
    const name = names.join(", ");
    return [{ place, kind, name, effect, guests: on, text: `${place}: ${kind} ${name} ${words}; on it: ${foldNames(on)}` }];
  });
}
