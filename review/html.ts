import { html } from "./escape.ts";
import { detailBody, items } from "./html-detail.ts";
import { STYLE } from "./html-style.ts";
import { type Detail, detailsOf, MARKS, outlineOf, type Outline } from "./outline.ts";
import type { Review } from "./schema.ts";

export interface HtmlOptions {
  /** What is reviewed, for the heading: the stack's name. */
  readonly title?: string;
}

/** A review as one self-contained page: no external script, font or picture. */
export function renderHtml(review: Review, options: HtmlOptions = {}): string {
  const outline = outlineOf(review);
  const title = `Plan${options.title === undefined ? "" : ` of ${options.title}`}`;
  const tone = outline.destroysData.length + outline.refused.length > 0 ? "danger" : outline.interrupts.length > 0 ? "warning" : "calm";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>${html(title)}</h1><p class="headline ${tone}">${html(outline.headline)}</p></header>
${callout("danger", "Against the policy", outline.refused)}${callout("danger", "Destroys data", outline.destroysData)}${callout("warning", "Replaces, restarts, stops or cuts off", outline.interrupts)}${counts(outline)}
${changeList(outline)}${list("Drift", outline.drift)}${list("Outputs", outline.outputs)}${list("Policy", outline.policy)}${details(review)}
<footer>cdkvm review${review.engineVersion === "" ? "" : ` · engine ${html(review.engineVersion)}`}</footer>
</main>
</body>
</html>
`;
}

const callout = (tone: string, title: string, texts: readonly string[]): string =>
  texts.length === 0 ? "" : `<section class="callout ${tone}"><h2>${title}</h2>\n<ul>\n${items(texts)}\n</ul></section>\n`;

const list = (title: string, texts: readonly string[]): string =>
  texts.length === 0 ? "" : `<section><h2>${title}</h2>\n<ul>\n${items(texts)}\n</ul></section>\n`;

const changeList = ({ changes }: Outline): string =>
  changes.length === 0
    ? ""
    : `<section><h2>Changes</h2>\n<ul class="changes">\n${changes
        .map(({ effect, text }) => `<li><span class="mark effect ${effect}" aria-hidden="true">${MARKS[effect]}</span>${html(text)}</li>`)
        .join("\n")}\n</ul></section>\n`;

const counts = (outline: Outline): string =>
  `<dl class="counts">${outline.counts.map(({ label, count }) => `<div class="${count === 0 ? "zero" : "some"}"><dt>${html(label)}</dt><dd>${count}</dd></div>`).join("")}</dl>`;

function details(review: Review): string {
  const all = detailsOf(review);
  return all.length === 0 ? "" : `<section><h2>Details</h2>\n${all.map(detail).join("\n")}</section>\n`;
}

const detail = (one: Detail): string =>
  `<details><summary><span class="effect ${one.effect}">${html(one.title)}</span> <code>${html(one.address)}</code></summary>${detailBody(one)}</details>`;
