import { policyNotes } from "../words/verdicts.ts";
import { verdictEntries } from "./dangers.ts";
import { type Entry, likewise } from "./entry.ts";
import type { FleetReview } from "./schema.ts";

/** What was changed outside cdkvm. */
export const driftOf = ({ stacks }: FleetReview): Entry[] =>
  likewise(
    stacks.flatMap(({ name: stack, review }) =>
      review.drift.map(({ name, sentences, healed }) => ({
        name,
        stacks: [stack],
        text: `${stack}: changed outside cdkvm: ${sentences.join("; ")}${healed ? "; this plan corrects it" : "; left as it is"}`,
      })),
    ),
  );

/** How guests restart in turns. */
export const rolloutsOf = ({ rollouts }: FleetReview): Entry[] => rollouts.map(({ text, stack }) => ({ text, stacks: [stack] }));

/** What seems to be renamed or moved. */
export const renamesOf = ({ renames }: FleetReview): Entry[] =>
  likewise(renames.map(({ text, from, to }) => ({ text, stacks: [from.stack, to.stack], name: from.name })));

/** What a policy does not forbid, but tells. */
export const policyOf = ({ policy }: FleetReview): Entry[] => [
  ...verdictEntries(policy?.verdicts, ["warning", "waived"]),
  ...(policy ? policyNotes(policy) : []).map((text) => ({ text, stacks: [] })),
];

export const outputsOf = ({ stacks }: FleetReview): Entry[] =>
  stacks.flatMap(({ name, review }) =>
    review.outputs.map((one) => ({
      stacks: [name],
      text: `${name}: ${one.name} ${one.action === "delete" ? "removed" : `is ${String(one.after)}`}`,
    })),
  );
