import { renderMarkdown, type Review } from "../review/index.ts";

/** A stack's review. */
export interface ReviewedStack {
  readonly title: string;
  readonly review: Review;
}

/** The Markdown of the reviews of a request, within a forge's limit; each stack gets its share of it. */
export function commentText(stacks: readonly ReviewedStack[], limit: number): string {
  const share = Math.floor(limit / stacks.length) - 1;
  return stacks.map(({ title, review }) => renderMarkdown(review, { limit: share, ...(title !== "" && { title }) })).join("\n");
}
