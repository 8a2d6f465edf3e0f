export { review } from "./review.ts";
export type { ReviewOptions } from "./judge.ts";
export { renderHtml, type HtmlOptions } from "./html.ts";
export { markdown } from "./escape.ts";
export { renderJson } from "./json.ts";
export { MARKS, textDiff } from "./outline.ts";
export { renderMarkdown, type MarkdownOptions } from "./markdown.ts";
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
