import { html } from "../../escape.ts";
import { nodeLabel } from "./mermaid.ts";
import type { Topology, TopologyLink, TopologyNode } from "./schema.ts";

const BOX = { width: 240, height: 30, row: 42, column: 320, top: 8, left: 8 } as const;
/** What fits into a box. */
const LETTERS = 30;

interface Spot {
  readonly node: TopologyNode;
  readonly x: number;
  readonly y: number;
}

const columnOf = ({ kind }: TopologyNode): 0 | 1 | 2 => (kind === "guest" ? 1 : kind === "pool" ? 2 : 0);

/** One host: networks to the left, guests in the middle, pools to the right. */
export function svgOf({ nodes, links }: Pick<Topology, "nodes" | "links">, title: string): string {
  const columns = [0, 1, 2].map((column) => nodes.filter((node) => columnOf(node) === column));
  const rows = Math.max(...columns.map(({ length }) => length));
  const spots = new Map(
    columns.flatMap((column, index) => column.map((node, row) => [node.id, spot(node, index, row, rows, column.length)])),
  );
  const [width, height] = [BOX.column * 2 + BOX.width + BOX.left * 2, rows * BOX.row + BOX.top];
  return `<svg role="img" aria-label="${html(title)}" viewBox="0 0 ${width} ${height}" style="max-width: ${width}px">
${links.map((link) => line(link, spots)).join("")}
${[...spots.values()].map(box).join("\n")}
</svg>`;
}

/** Shorter columns are centered. */
const spot = (node: TopologyNode, column: number, row: number, rows: number, length: number): Spot => ({
  node,
  x: BOX.left + column * BOX.column,
  y: BOX.top + (row + (rows - length) / 2) * BOX.row,
});

function line({ from, to, change }: TopologyLink, spots: ReadonlyMap<string, Spot>): string {
  const [a, b] = [spots.get(from), spots.get(to)];
  if (a === undefined || b === undefined) return "";
  const [ay, by] = [a.y + BOX.height / 2, b.y + BOX.height / 2];
  const sign = Math.sign(b.x - a.x);
  // what stands in one column is joined along its left side
  const [ax, bx] = sign < 0 ? [a.x, b.x + BOX.width] : sign > 0 ? [a.x + BOX.width, b.x] : [a.x, b.x];
  const bend = sign === 0 ? -BOX.left : (bx - ax) / 2;
  return `<path${change === undefined ? "" : ` class="${change}"`} d="M${ax} ${ay}C${ax + bend} ${ay} ${bx - (sign === 0 ? BOX.left : bend)} ${by} ${bx} ${by}"/>`;
}

function box({ node, x, y }: Spot): string {
  const text = nodeLabel(node);
  const letters = Array.from(text);
  const short = letters.length > LETTERS ? `${letters.slice(0, LETTERS - 1).join("")}…` : text;
  const radius = node.kind === "guest" ? 4 : 15;
  return `<g class="${node.effect ?? "none"}"><title>${html(text)}</title><rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="${radius}"/><text x="${x + 10}" y="${y + 20}">${html(short)}</text></g>`;
}
