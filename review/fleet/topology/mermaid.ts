import { fenced } from "../../escape.ts";
import { MARKS } from "../../outline.ts";
import type { Effect } from "../../schema.ts";
import { visible } from "../../../model/visible.ts";
import { foldNames } from "../fold.ts";
import { changedOnly } from "./narrowed.ts";
import type { Topology, TopologyNode } from "./schema.ts";

/** What GitHub and GitLab still draw: https://mermaid.js.org/config/schema-docs/config.html (maxTextSize, maxEdges). */
const MOST = { characters: 50_000, links: 500 } as const;

/** The fleet as a Mermaid diagram in a fence. If it is too large, only what changes and its neighbors; else nothing. */
export function mermaidOf(topology: Topology): string | undefined {
  for (const one of [topology, changedOnly(topology)]) {
    const text = diagram(one);
    if (one.nodes.length > 0 && one.links.length <= MOST.links && text.length <= MOST.characters) return fenced(text, "mermaid");
  }
  return undefined;
}

const COLORS: Readonly<Partial<Record<Effect, string>>> = {
  delete: "#c0272d",
  replace: "#c0272d",
  restart: "#8a5a00",
  stop: "#8a5a00",
  update: "#8a5a00",
  create: "#1a7f37",
  start: "#1a7f37",
  live: "#1a7f37",
};

function diagram({ nodes, links }: Topology): string {
  const places = [...Map.groupBy(nodes, ({ place }) => place)];
  const boxes = places.flatMap(([place, all], index) => [
    `  subgraph h${index}["${label(place)}"]`,
    ...all.map((node) => `    ${node.id}${shape(node)}${COLORS[node.effect ?? "none"] === undefined ? "" : `:::${node.effect}`}`),
    "  end",
  ]);
  const lines = links.map(({ from, to, change }) => `  ${from} ${change === undefined ? "---" : `-. ${change} .-`} ${to}`);
  const used = new Set(nodes.map(({ effect }) => effect));
  const classes = Object.entries(COLORS)
    .filter(([effect]) => used.has(effect as Effect))
    .map(([effect, color]) => `  classDef ${effect} stroke:${color},stroke-width:3px`);
  return ["flowchart LR", ...boxes, ...lines, ...classes].join("\n");
}

function shape(node: TopologyNode): string {
  const text = `"${label(nodeLabel(node))}"`;
  return node.kind === "guest" ? `[${text}]` : node.kind === "pool" ? `[(${text})]` : `([${text}])`;
}

/** `! web1`, `60 guests: n01 … n60`, `network lan` */
export function nodeLabel({ kind, names, effect }: TopologyNode): string {
  const mark = effect === undefined ? "" : `${MARKS[effect]} `;
  const what = kind === "guest" ? (names.length > 1 ? `${names.length} guests: ` : "") : `${kind} `;
  return `${mark}${what}${foldNames(names, 3)}`;
}

/** Mermaid's own character references: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters */
const label = (text: string): string =>
  visible(text)
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\p{L}\p{N} .,:+@…~±→!>/_-]/gu, (one) => `#${one.codePointAt(0)};`);
