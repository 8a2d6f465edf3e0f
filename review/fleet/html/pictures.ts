import { html } from "../../escape.ts";
import { items } from "../../html-detail.ts";
import { VERBS } from "../../outline.ts";
import { foldNames } from "../fold.ts";
import type { Places } from "../places.ts";
import type { FleetReview } from "../schema.ts";
import { changedOnly } from "../topology/narrowed.ts";
import type { Topology, TopologyNode } from "../topology/schema.ts";
import { svgOf } from "../topology/svg.ts";
import { list } from "./lists.ts";

/** More than this in one picture is not read. */
const MOST_NODES = 80;

/** Each host as a picture and as text, and the guests on each network and pool that changes. */
export function pictures({ topology, stacks }: FleetReview, places: Places): string {
  if (topology === undefined || topology.nodes.length === 0) return "";
  const stacksIn = (place: string): string[] =>
    stacks.filter(({ name, hosts }) => (hosts.join(", ") || name) === place).map(({ name }) => name);
  const figures = [...Map.groupBy(topology.nodes, ({ place }) => place)].map(
    ([place, nodes]) =>
      `<figure class="item" data-hosts="${places.keys(stacksIn(place))}"><figcaption>${html(place)}</figcaption>${figure(place, { ...topology, nodes })}</figure>`,
  );
  const reach = topology.reach.map(({ text, place, effect }) => ({ text, stacks: stacksIn(place), effect }));
  return `${list("What hangs on what changes", reach, places)}<section class="filtered"><h2>Topology</h2>\n${figures.join("\n")}\n</section>\n`;
}

function figure(place: string, whole: Topology): string {
  const drawn = whole.nodes.length > MOST_NODES ? changedOnly(whole) : whole;
  const picture =
    drawn.nodes.length === 0 || drawn.nodes.length > MOST_NODES
      ? "<p>Too much to draw.</p>"
      : `<div class="picture" tabindex="0" role="region" aria-label="${html(`Picture of ${place}`)}">${svgOf(drawn, `Guests, networks and pools of ${place}; the text below says the same`)}</div>`;
  const note = drawn === whole ? "" : "<p>What does not change is left out of the picture.</p>";
  return `${picture}${note}<details><summary>The same as text</summary><ul>\n${items(textOf(whole))}\n</ul></details>`;
}

function textOf({ nodes, links }: Topology): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const from = Map.groupBy(links, (link) => link.from);
  return nodes.map((node) => {
    const ways = (from.get(node.id) ?? []).flatMap(({ to, change }) => {
      const target = byId.get(to);
      return target === undefined ? [] : [`${called(target)}${change === undefined ? "" : ` (${change})`}`];
    });
    const effect = node.effect === undefined ? "" : ` (${VERBS[node.effect]})`;
    return `${called(node)}${effect}${ways.length === 0 ? "" : `: ${ways.join(", ")}`}`;
  });
}

const called = ({ kind, names }: TopologyNode): string => `${kind}${names.length > 1 ? "s" : ""} ${foldNames(names, 50)}`;
