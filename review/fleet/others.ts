import type { Entry } from "./dangers.ts";
import type { FleetReview } from "./schema.ts";

/** What was changed outside cdkvm. */
export const driftOf = ({ stacks }: FleetReview): Entry[] =>
  stacks.flatMap(({ name, review }) =>
    review.drift.map(({ sentences, healed }) => ({
      stacks: [name],
      text: `${name}: changed outside cdkvm: ${sentences.join("; ")}${healed ? "; this plan corrects it" : "; left as it is"}`,
    })),
  );

/** How guests restart in turns. */
export const rolloutsOf = ({ rollouts }: FleetReview): Entry[] => rollouts.map(({ text, stack }) => ({ text, stacks: [stack] }));

export const outputsOf = ({ stacks }: FleetReview): Entry[] =>
  stacks.flatMap(({ name, review }) =>
    review.outputs.map((one) => ({
      stacks: [name],
      text: `${name}: ${one.name} ${one.action === "delete" ? "removed" : `is ${String(one.after)}`}`,
    })),
  );
