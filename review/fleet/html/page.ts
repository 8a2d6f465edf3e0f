import { createHash } from "node:crypto";
import { html } from "../../escape.ts";
import { STYLE } from "../../html-style.ts";
import { dangersOf } from "../dangers.ts";
import { headlineOf, madeOf } from "../head.ts";
import { driftOf, outputsOf, policyOf, renamesOf, rolloutsOf } from "../others.ts";
import { Places } from "../places.ts";
import type { FleetReview } from "../schema.ts";
import { filter } from "./filter.ts";
import { groupList } from "./groups.ts";
import { callout, counts, list } from "./lists.ts";
import { pictures } from "./pictures.ts";
import { SCRIPT } from "./script.ts";
import { FLEET_STYLE } from "./style.ts";

const ALLOWED = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`;

/** A fleet's review as one page that works offline: it loads nothing, and only its own script runs. */
export function renderFleetHtml(review: FleetReview): string {
  const places = new Places(review);
  const dangers = dangersOf(review);
  const title = `Plan${review.title === undefined ? "" : ` of ${review.title}`}`;
  const tone = dangers.some((one) => one.tone === "danger") ? "danger" : dangers.length > 0 ? "warning" : "calm";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${ALLOWED}">
<title>${html(title)}</title>
<style>${STYLE}${FLEET_STYLE}</style>
</head>
<body>
<main>
${review.groups.length === 0 ? "" : '<a class="skip" href="#changes">Skip to the changes</a>\n'}<header><h1>${html(title)}</h1><p class="headline ${tone}">${html(headlineOf(review))}</p><p class="made">${html(madeOf(review))}</p></header>
${dangers.map((one) => callout(one, places)).join("")}${counts(review)}${filter(review, places)}
${list("Renamed or moved?", renamesOf(review), places)}${list("Rollouts", rolloutsOf(review), places)}${groupList(review, places)}${list("Drift", driftOf(review), places)}${list("Outputs", outputsOf(review), places)}${list("Policy", policyOf(review), places)}${pictures(review, places)}
<footer>cdkvm review</footer>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
}
