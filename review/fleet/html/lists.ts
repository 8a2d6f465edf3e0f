import { html } from "../../escape.ts";
import { countTable } from "../count-table.ts";
import type { Dangers } from "../dangers.ts";
import type { Entry } from "../entry.ts";
import type { Places } from "../places.ts";
import type { FleetReview } from "../schema.ts";

export const callout = ({ tone, title, items }: Dangers, places: Places): string => list(title, items, places, `callout ${tone}`);

/** A section of entries that can be filtered; nothing if there are none. */
export function list(title: string, entries: readonly Entry[], places: Places, style = ""): string {
  if (entries.length === 0) return "";
  const items = entries.map(
    ({ text, stacks, effect, names = [] }) =>
      `<li class="item" data-hosts="${places.keys(stacks)}"${effect === undefined ? "" : ` data-effect="${effect}"`}${names.length < 2 ? "" : ` data-names="${html(names.join(" "))}"`}>${html(text)}</li>`,
  );
  return `<section class="${`filtered ${style}`.trim()}"><h2>${html(title)}</h2>\n<ul>\n${items.join("\n")}\n</ul></section>\n`;
}

/** By host. It counts the whole fleet, whatever is filtered. */
export function counts(review: FleetReview): string {
  const [head, ...rows] = countTable(review);
  const heads = head.map((name, column) => `<th scope="col"${column > 0 ? ' class="number"' : ""}>${html(name)}</th>`).join("");
  const body = rows.map(([host = "", ...cells]) => {
    const numbers = cells.map((text) => `<td class="number">${html(text)}</td>`).join("");
    return `<tr><th scope="row">${html(host)}</th>${numbers}</tr>`;
  });
  return `<section><h2>Counts</h2>
<div class="wide" tabindex="0" role="region" aria-label="Counts by host"><table><thead><tr>${heads}</tr></thead><tbody>${body.join("\n")}</tbody></table></div></section>
`;
}
