import { fenced, markdown } from "./escape.ts";
import { detailTitle, outlineOf, shown, textDiff, type Outline } from "./outline.ts";
import type { Review, ReviewedAttribute, ReviewedChange } from "./schema.ts";

export interface MarkdownOptions {
  /** What is reviewed, for the heading: the stack's name. */
  readonly title?: string;
  /** Maximum number of characters; details are dropped first, then sentences. @default 65536, the limit of a GitHub comment */
  readonly limit?: number;
}

const GITHUB_COMMENT = 65_536;
/** Space reserved for the notes about omissions. */
const NOTES = 400;

/** A review for a pull request. It starts with a comment that lets a pipeline find and update its own post. */
export function renderMarkdown(review: Review, options: MarkdownOptions = {}): string {
  const limit = options.limit ?? GITHUB_COMMENT;
  const outline = outlineOf(review);
  const head = top(outline, options.title);
  const body = fitting(sections(outline), limit - head.length - NOTES);
  const blocks = review.changes.filter((change) => change.attributes.length > 0 || change.reasons.length > 0).map(detail);
  const details = detailsWithin(blocks, limit - head.length - body.length - NOTES);
  return `${head}${body}${details}`;
}

function top(outline: Outline, title: string | undefined): string {
  const name = title === undefined ? "" : ` of ${markdown(title)}`;
  const marker = title === undefined ? "cdkvm review" : `cdkvm review: ${title.replaceAll(/[^\w. -]/g, "_").replaceAll("--", "__")}`;
  return `<!-- ${marker} -->\n## Plan${name}\n\n**${markdown(outline.headline)}**\n`;
}

/** One part of the page: lines, of which the last ones may be omitted. */
interface Section {
  readonly before: string;
  readonly lines: readonly string[];
  readonly what: string;
  readonly prefix?: string;
}

function sections(outline: Outline): Section[] {
  const bullets = (texts: readonly string[], prefix = ""): string[] => texts.map((text) => `${prefix}- ${markdown(text)}`);
  const result: Section[] = [];
  if (outline.destroysData.length > 0) {
    result.push({
      before: "\n> [!CAUTION]\n> **Destroys data**\n>\n",
      lines: bullets(outline.destroysData, "> "),
      what: "losses of data",
      prefix: "> ",
    });
  }
  if (outline.interrupts.length > 0) {
    result.push({
      before: "\n> [!WARNING]\n> **Replaces, restarts, stops or cuts off**\n>\n",
      lines: bullets(outline.interrupts, "> "),
      what: "interruptions",
      prefix: "> ",
    });
  }
  const { counts } = outline;
  const table = [counts.map(({ label }) => label), counts.map(() => "--:"), counts.map(({ count }) => String(count))];
  result.push({ before: `\n${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`, lines: [], what: "" });
  if (outline.changes.length > 0)
    result.push({ before: "\n### Changes\n\n", lines: bullets(outline.changes.map(({ text }) => text)), what: "changes" });
  if (outline.drift.length > 0) result.push({ before: "\n### Drift\n\n", lines: bullets(outline.drift), what: "drifted resources" });
  if (outline.outputs.length > 0) result.push({ before: "\n### Outputs\n\n", lines: bullets(outline.outputs), what: "outputs" });
  return result;
}

/** The sections within the character limit: lines beyond a section's share are counted instead of shown. */
function fitting(parts: readonly Section[], limit: number): string {
  let left = limit - parts.reduce((sum, part) => sum + part.before.length + 80, 0);
  return parts
    .map(({ before, lines, what, prefix = "" }) => {
      const kept: string[] = [];
      for (const line of lines) {
        if (line.length + 1 > left) break;
        left -= line.length + 1;
        kept.push(line);
      }
      const more = lines.length - kept.length;
      if (more > 0) kept.push(`${prefix}- … and ${more} more ${what}, left out for length`);
      return lines.length === 0 ? before : `${before}${kept.join("\n")}\n`;
    })
    .join("");
}

function detailsWithin(blocks: readonly string[], limit: number): string {
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
  const note = left === 0 ? "" : `\n_${left} of ${blocks.length} details are left out for length; \`cdkvm review --html\` shows all._\n`;
  return `\n### Details\n${kept.join("")}${note}`;
}

function detail(change: ReviewedChange): string {
  const rows = change.attributes.filter((attribute) => attribute.text !== true);
  const texts = change.attributes.filter((attribute) => attribute.text === true);
  const lines = [`\n<details><summary>${markdown(detailTitle(change))} — <code>${markdown(change.address)}</code></summary>\n`];
  if (change.movedFrom !== undefined) lines.push(`Moved from <code>${markdown(change.movedFrom)}</code>.\n`);
  if (change.reasons.length > 0) lines.push(`${change.reasons.map(markdown).join("; ")}.\n`);
  if (rows.length > 0) lines.push(change.effect === "create" || change.effect === "delete" ? oneSided(rows, change.effect) : changed(rows));
  for (const { path, changes = [] } of change.attributes)
    if (changes.length > 0) lines.push(`<code>${markdown(path)}</code>\n\n${changes.map((one) => `- ${markdown(one)}`).join("\n")}\n`);
  for (const attribute of texts) lines.push(`<code>${markdown(attribute.path)}</code>\n\n${fenced(textDiff(attribute), "diff")}\n`);
  lines.push("</details>\n");
  return lines.join("\n");
}

const oneSided = (rows: readonly ReviewedAttribute[], effect: "create" | "delete"): string =>
  [
    "| attribute | value |",
    "| --- | --- |",
    ...rows.map((row) => `| ${cell(row.path)} | ${cell(shown(effect === "create" ? row.after : row.before))} |`),
    "",
  ].join("\n");

const changed = (rows: readonly ReviewedAttribute[]): string =>
  [
    "| attribute | before | after | change |",
    "| --- | --- | --- | --- |",
    ...rows.map((row) => `| ${cell(row.path)} | ${cell(shown(row.before))} | ${cell(shown(row.after))} | ${row.change ?? ""} |`),
    "",
  ].join("\n");

const cell = (text: string): string => (text === "" ? "" : `<code>${markdown(text)}</code>`);
