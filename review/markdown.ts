import { fenced, markdown } from "./escape.ts";
import type { Detail } from "./outline.ts";

/** The most characters that a comment of each forge may have. */
export const LIMITS = { github: 65_536, gitlab: 1_000_000, bitbucket: 32_768 } as const;
export type Forge = keyof typeof LIMITS;

/** The heading, after the comment by which a pipeline finds its own post. */
export function headOf(title: string | undefined): string {
  const name = title === undefined ? "" : ` of ${markdown(title)}`;
  const marker = title === undefined ? "cdkvm review" : `cdkvm review: ${title.replaceAll(/[^\w. -]/g, "_").replaceAll("--", "__")}`;
  return `<!-- ${marker} -->\n## Plan${name}\n`;
}

/** One part of the page: lines, of which the last ones may be omitted. */
export interface Section {
  readonly before: string;
  readonly lines: readonly string[];
  readonly what: string;
  readonly prefix?: string;
}

const bullets = (texts: readonly string[], prefix = ""): string[] => texts.map((text) => `${prefix}- ${markdown(text)}`);

/** A list under a heading; none if it is empty. @param what its lines, for those that are left out */
export const part = (title: string, texts: readonly string[], what = title.toLowerCase()): Section[] =>
  texts.length === 0 ? [] : [{ before: `\n### ${title}\n\n`, lines: bullets(texts), what }];

/** The same as a box that stands out. */
export const callout = (type: "CAUTION" | "WARNING", title: string, texts: readonly string[], what: string): Section[] =>
  texts.length === 0 ? [] : [{ before: `\n> [!${type}]\n> **${title}**\n>\n`, lines: bullets(texts, "> "), what, prefix: "> " }];

export const tableOf = (rows: readonly (readonly string[])[]): string => rows.map((row) => `| ${row.join(" | ")} |`).join("\n");

/** The sections within the character limit: lines that do not fit are counted instead of shown, in the longest section first. */
export function fitting(parts: readonly Section[], limit: number): string {
  let left = limit - parts.reduce((sum, part) => sum + part.before.length + 80, 0);
  const lengthOf = ({ lines }: Section): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
  const shown = new Map<Section, string[]>();
  for (const section of parts.toSorted((a, b) => lengthOf(a) - lengthOf(b))) {
    const kept: string[] = [];
    for (const line of section.lines) {
      if (line.length + 1 > left) break;
      left -= line.length + 1;
      kept.push(line);
    }
    shown.set(section, kept);
  }
  return parts
    .map((section) => {
      const { before, lines, what, prefix = "" } = section;
      const kept = [...(shown.get(section) ?? [])];
      const more = lines.length - kept.length;
      if (more > 0) kept.push(`${prefix}- … and ${more} more${what === "" ? "" : ` ${what}`}, left out for length`);
      return lines.length === 0 ? before : `${before}${kept.join("\n")}\n`;
    })
    .join("");
}

export function detailsWithin(blocks: readonly string[], limit: number, whole = "`cdkvm review --html` shows all"): string {
  let used = 0;
  const kept: string[] = [];
  let left = 0;
  for (const block of blocks) {
    if (used + block.length > limit) {
      left += 1;
      continue;
    }
    used += block.length;
    kept.push(block);
  }
  if (kept.length === 0 && left === 0) return "";
  const note = left === 0 ? "" : `\n_${left} of ${blocks.length} details are left out for length; ${whole}._\n`;
  return `\n### Details\n${kept.join("")}${note}`;
}

export function detail({ title, address, movedFrom, reasons, note, head, rows, contents, diffs }: Detail): string {
  const lines = [`\n<details><summary>${markdown(title)} — <code>${markdown(address)}</code></summary>\n`];
  if (movedFrom !== undefined) lines.push(`Moved from <code>${markdown(movedFrom)}</code>.\n`);
  if (reasons.length > 0) lines.push(`${reasons.map(markdown).join("; ")}.\n`);
  if (note !== undefined) lines.push(`${markdown(note)}.\n`);
  const cells = rows.map((row) => row.map((text, column) => (column === 3 ? text : cell(text))));
  if (rows.length > 0) lines.push([head, head.map(() => "---"), ...cells].map((row) => `| ${row.join(" | ")} |\n`).join(""));
  for (const { path, changes } of contents) lines.push(`${cell(path)}\n\n${changes.map((one) => `- ${markdown(one)}`).join("\n")}\n`);
  for (const { path, diff } of diffs) lines.push(`${cell(path)}\n\n${fenced(diff, "diff")}\n`);
  lines.push("</details>\n");
  return lines.join("\n");
}

const cell = (text: string): string => (text === "" ? "" : `<code>${markdown(text)}</code>`);
