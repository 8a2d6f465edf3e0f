import { visible } from "../model/visible.ts";
import type { FleetReview } from "./fleet/schema.ts";
import type { Review } from "./schema.ts";

/** The review as data, per `reviewSchema`. Escapes what a terminal would act on. */
export const renderJson = (review: Review): string => `${visible(JSON.stringify(review, null, 2))}\n`;

/** A fleet's review as data, per `fleetReviewSchema`. */
export const renderFleetJson = (review: FleetReview): string => `${visible(JSON.stringify(review, null, 2))}\n`;
