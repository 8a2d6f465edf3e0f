import { visible } from "../model/visible.ts";
import type { Review } from "./schema.ts";

/** The review as data, per `reviewSchema`. Escapes what a terminal would act on. */
export const renderJson = (review: Review): string => `${visible(JSON.stringify(review, null, 2))}\n`;
