export { review } from "./review.ts";
export type { ReviewOptions } from "./judge.ts";
export { renderHtml, type HtmlOptions } from "./html.ts";
export { renderFleetJson, renderJson } from "./json.ts";
export { MARKS, textDiff } from "./outline.ts";
export { type Forge, LIMITS, renderMarkdown, type MarkdownOptions } from "./markdown.ts";
export {
  evaluate,
  noDataLoss,
  noDelete,
  noNetworkLoss,
  noReplace,
  noRestart,
  rules,
  rulesOf,
  type Enforced,
  type Rule,
  type Severity,
  type Verdict,
} from "./policy.ts";
export {
  reviewJsonSchema,
  reviewSchema,
  type Effect,
  type Review,
  type ReviewedAttribute,
  type ReviewedChange,
  type ReviewedDrift,
  type ReviewedOutput,
} from "./schema.ts";
export { fleetReview, type FleetPart, type FleetReviewOptions } from "./fleet/fleet-review.ts";
export { fleetReviewJsonSchema, fleetReviewSchema, type FleetGroup, type FleetMember, type FleetReview } from "./fleet/schema.ts";
export { renderFleetMarkdown, type FleetMarkdownOptions } from "./fleet/markdown.ts";
export { renderFleetHtml, type FleetHtmlOptions } from "./fleet/html/page.ts";
export { renderCodeQuality } from "./fleet/formats/code-quality.ts";
export { renderJunit } from "./fleet/formats/junit.ts";
export { renderSarif } from "./fleet/formats/sarif.ts";
export type { Report } from "./fleet/formats/report.ts";
