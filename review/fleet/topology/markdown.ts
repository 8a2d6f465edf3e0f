import { markdown } from "../../escape.ts";
import { mermaidOf } from "./mermaid.ts";
import type { Topology } from "./schema.ts";

/** A folded section: the diagram, and the guests on each network and pool that changes. Empty if nothing is drawn. */
export function topologyMarkdown(topology: Topology): string {
  const diagram = mermaidOf(topology);
  const reach = topology.reach.map(({ text }) => `- ${markdown(text)}`).join("\n");
  const parts = [diagram, reach].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? "" : `\n<details><summary>Topology</summary>\n\n${parts.join("\n\n")}\n\n</details>\n`;
}
