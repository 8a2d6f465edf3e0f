export { review } from "./review.ts";
export type { ReviewOptions } from "./judge.ts";
export { renderHtml, type HtmlOptions } from "./html.ts";
export { renderJson } from "./json.ts";
export { MARKS, textDiff } from "./outline.ts";
export { renderMarkdown, type MarkdownOptions } from "./markdown.ts";
export { policySchema, type PolicyResult, type Severity, type Verdict } from "./policy-schema.ts";
export { policyNotes, verdictText } from "./words/verdicts.ts";
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
