import { html } from "./escape.ts";
import type { Detail } from "./outline.ts";

export const items = (texts: readonly string[]): string => texts.map((text) => `<li>${html(text)}</li>`).join("\n");

/** What stands inside the details of a change. */
export function detailBody({ movedFrom, reasons, note, head, rows, contents, diffs }: Detail): string {
  const notes = [...(movedFrom === undefined ? [] : [`Moved from ${movedFrom}`]), ...reasons, ...(note === undefined ? [] : [note])];
  return [
    notes.length === 0 ? "" : `<p>${notes.map(html).join("; ")}.</p>`,
    rows.length === 0 ? "" : table(head, rows),
    ...contents.map(({ path, changes }) => `<p>${cell(path)}</p><ul>\n${items(changes)}\n</ul>`),
    ...diffs.map(({ path, diff }) => `<p>${cell(path)}</p>${colored(diff)}`),
  ].join("");
}

function table(head: readonly string[], rows: Detail["rows"]): string {
  const classed = (text: string): string => (text === "" ? "" : `<span class="effect ${text}">${text}</span>`);
  const row = (cells: readonly string[]): string =>
    `<tr>${cells.map((text, column) => `<td>${column === 3 ? classed(text) : cell(text)}</td>`).join("")}</tr>`;
  const titles = head.map((name) => `<th scope="col">${name}</th>`).join("");
  return `<div class="wide" tabindex="0"><table><thead><tr>${titles}</tr></thead><tbody>${rows.map(row).join("")}</tbody></table></div>`;
}

const cell = (text: string): string => (text === "" ? "" : `<code>${html(text)}</code>`);

const LINES: Readonly<Record<string, string>> = { "+": "added", "-": "removed", "@": "place" };

const colored = (diff: string): string =>
  `<pre>${diff
    .split("\n")
    .map((line) => `<span class="${LINES[line[0] ?? ""] ?? "same"}">${line === "" ? " " : html(line)}</span>`)
    .join("")}</pre>`;
