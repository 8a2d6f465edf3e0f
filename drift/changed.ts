import type { Effect, Review, ReviewedAttribute, ReviewedChange, ReviewedDrift } from "../review/index.ts";
import { happenedTo, type StateOfGuest } from "./happened.ts";
import type { Changed, Pending } from "./schema.ts";

/** Effects that correct an object while everything runs. */
const LIVE: ReadonlySet<Effect> = new Set(["live", "start", "recorded"]);

/** What was changed outside cdkvm, from an ordinary plan: its drift is what a plan with `-refresh-only` finds. */
export function changedIn(review: Review, guests: ReadonlyMap<string, StateOfGuest>): readonly Changed[] {
  return review.drift.map((drift) => {
    const change = review.changes.find(({ address }) => address === drift.address);
    const apply = change?.effect ?? "none";
    return {
      address: drift.address,
      noun: drift.noun,
      name: drift.name,
      happened: [...happenedTo(drift, guests.get(drift.name))],
      sentences: drift.sentences,
      attributes: drift.attributes,
      apply,
      heals: change !== undefined && LIVE.has(apply) && change.findings.length === 0 && isOnlyBack(change, drift),
    };
  });
}

/** What the configuration asks for and no apply has done yet: what a plan does besides correcting drift. */
export function pendingIn(review: Review): readonly Pending[] {
  const drifted = new Map(review.drift.map((one) => [one.address, one]));
  return review.changes.flatMap((change) => {
    const { address, noun, name, effect, sentences, attributes } = change;
    const drift = drifted.get(address);
    if (effect === "none" || (drift !== undefined && isOnlyBack(change, drift))) return [];
    const about = { address, noun, name, effect };
    return drift === undefined ? [{ ...about, sentences, attributes }] : [{ ...about, sentences: [], attributes: beyond(change, drift) }];
  });
}

/** Whether a change only puts an object back as it was applied last. */
const isOnlyBack = (change: ReviewedChange, drift: ReviewedDrift): boolean => drift.gone === true || beyond(change, drift).length === 0;

/** The attributes that a change does not put back. */
function beyond({ attributes }: ReviewedChange, { attributes: drifted }: ReviewedDrift): ReviewedAttribute[] {
  const applied = new Map(drifted.map((one) => [one.path, one]));
  return attributes.filter((one) => !one.unknown && !isBack(one, applied.get(one.path)));
}

const isBack = (change: ReviewedAttribute, drift: ReviewedAttribute | undefined): boolean =>
  drift !== undefined && JSON.stringify(change.after) === JSON.stringify(drift.before);
