import type { Review } from "./schema.ts";

/** The review as data, by `reviewSchema`. */
export const renderJson = (review: Review): string => `${JSON.stringify(review, null, 2)}\n`;
