/** One plan's review, as the commands print it. */
import type { Plan } from "../../engine/plan.ts";
import { fleetReview, type FleetReviewOptions, renderFleetHtml, renderFleetMarkdown, type ReviewOptions } from "../../review/index.ts";
import { SCRIPT } from "../../review/fleet/html/script.ts";

type Options = Pick<FleetReviewOptions, "title"> & ReviewOptions;

const fleetOf = (plan: Plan, { title, ...options }: Options) =>
  fleetReview([{ stack: "kvm1", plan, ...options }], title === undefined ? {} : { title });

export const markdownOf = (plan: Plan, options: Options = {}, limit?: number): string =>
  renderFleetMarkdown(fleetOf(plan, options), limit === undefined ? {} : { limit });

/** The page without its own script, which no name reaches. */
export const pageOf = (plan: Plan, options: Options = {}): string =>
  renderFleetHtml(fleetOf(plan, options)).replace(`<script>${SCRIPT}</script>`, "");
