export { review, reviewOf } from "./review.ts";
export { downAtOnce, goesDown } from "./at-once.ts";
export { type JudgedPlan, judgePlan, type ReviewOptions } from "./judge.ts";
export { markdown } from "./escape.ts";
export { renderFleetJson, renderJson } from "./json.ts";
export { MARKS, textDiff } from "./outline.ts";
export { type Forge, LIMITS } from "./markdown.ts";
export { policySchema, type PolicyResult, type Severity, type Verdict } from "./policy-schema.ts";
export { policyNotes, verdictText } from "./words/verdicts.ts";
export {
  effects,
  reviewedAttributeSchema,
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
export { fleetMarkdown, renderFleetMarkdown, type FleetMarkdownOptions } from "./fleet/markdown.ts";
export { renderFleetHtml } from "./fleet/html/page.ts";
export { renderCodeQuality } from "./fleet/formats/code-quality.ts";
export { renderJunit } from "./fleet/formats/junit.ts";
export { renderSarif } from "./fleet/formats/sarif.ts";
export type { Report } from "./fleet/formats/report.ts";
