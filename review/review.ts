import type { Plan } from "../engine/plan.ts";
import { UNKNOWN } from "../model/values.ts";
import { type AppliedStack, comesBack, downAtOnce } from "./at-once.ts";
import type { Leaf } from "./difference.ts";
import { withoutSecrets } from "./configuration.ts";
import { type Judged, type JudgedPlan, judgePlan, type ReviewOptions } from "./judge.ts";
import { outputsOf } from "./outputs.ts";
import { wished } from "./phrase.ts";
import { rolloutOf } from "./rollout.ts";
import { type Effect, effects, type Finding, type Review, type ReviewedChange, type ReviewedDrift } from "./schema.ts";
import type { Subject } from "./subject.ts";
import { attributeOf, KNOWN_LATER } from "./values.ts";
import { foldNames } from "./fleet/fold.ts";
import { findingWords } from "./words/findings.ts";
import { driftSentences, nameOf, reasonsFor, sentencesFor, titled } from "./words/sentences.ts";

/**
 * A plan for human readers: what is destroyed, what stops, what changes and why. Reads only the plan's JSON and queries
 * no host.
 */
export const review = (plan: Plan, options: ReviewOptions = {}): Review => reviewOf(plan, judgePlan(plan, options), options);

/** The review of a plan that has been judged. */
export function reviewOf(
  plan: Plan,
  { changes: judged, drift: drifted, secrets }: JudgedPlan,
  { parallelism }: Pick<ReviewOptions, "parallelism"> = {},
): Review {
  const addresses = new Set(drifted.map((one) => one.subject.resource.address));
  const changes = judged
    .filter((one) => one.effect !== "none" || isNoteworthy(one.subject))
    .map((one) => reviewed(one, addresses))
    .sort((a, b) => rank(a) - rank(b));
  const healing = new Set(
    judged.filter(({ effect }) => effect !== "none" && effect !== "forget").map((one) => one.subject.resource.address),
  );
  const drift = drifted.map((one) => reviewedDrift(one, healing));
  const outputs = outputsOf(plan, secrets);
  const rollout = rolloutOf(plan, judged, parallelism);
  const count = (effect: Effect): number => judged.filter((one) => one.effect === effect).length;
  return withoutSecrets(secrets, {
    formatVersion: 1,
    engineVersion: plan.engineVersion,
    hasChanges: changes.length > 0 || outputs.length > 0,
    errored: plan.errored,
    counts: {
      create: count("create"),
      live: count("live") + count("start"),
      restart: count("restart"),
      stop: count("stop"),
      replace: count("replace"),
      delete: count("delete"),
      update: count("update"),
      recorded: count("recorded"),
      moved: changes.filter((change) => change.movedFrom !== undefined).length,
      imported: changes.filter((change) => change.imported !== undefined).length,
      forgotten: count("forget"),
      drifted: drift.length,
      healed: drift.filter((one) => one.healed).length,
      unchanged: judged.length - changes.length,
    },
    changes,
    warnings: togetherDown({ changes, rollout }),
    ...(rollout && { rollout }),
    drift,
    outputs,
  });
}

/** Guests that one apply takes down and that come back, and how many of them at the same time. */
function togetherDown(review: AppliedStack["review"]): string[] {
  const down = review.changes.filter(comesBack);
  if (down.length < 2) return [];
  const most = downAtOnce([{ review }], comesBack);
  const often = most === down.length ? "possibly at the same time" : most === 1 ? "one at a time" : `at most ${most} at the same time`;
  return [`${down.length} guests go down in one apply, ${often}: ${foldNames(down.map(({ name }) => name))}`];
}

const isNoteworthy = ({ resource }: Subject): boolean => resource.previous_address !== undefined || resource.change.importing !== undefined;

function reviewed(judged: Judged, drifted: ReadonlySet<string>): ReviewedChange {
  const { subject, kind, effect, disposable } = judged;
  const { resource } = subject;
  const moved = resource.previous_address;
  const imported = resource.change.importing;
  const findings = judged.findings.map((one) => ({ ...one, ...findingWords(one, nameOf(judged), titled(judged)) }));
  const textOf = (wanted: Finding["kind"]): string | undefined => findings.find((one) => one.kind === wanted)?.text;
  const consequences = findings.map(({ consequence }) => consequence).filter((one) => one !== undefined);
  return {
    address: resource.deposed === undefined ? resource.address : `${resource.address} (deposed ${resource.deposed})`,
    type: resource.type,
    name: subject.name,
    noun: kind.noun,
    effect,
    movedFrom: moved === resource.address ? undefined : moved,
    imported: imported && (imported.id ?? KNOWN_LATER),
    destroysData: textOf("data-loss"),
    interrupts: textOf("interruption"),
    losesNetwork: textOf("network-loss"),
    consequences: consequences.length === 0 ? undefined : consequences,
    findings,
    sentences: sentencesFor(judged),
    reasons: reasonsFor(judged),
    ...(disposable ? { disposable: true as const } : {}),
    ...(drifted.has(resource.address) && effect !== "none" ? { drifted: true as const } : {}),
    attributes: subject.difference.leaves.filter((leaf) => !isForegone(leaf, effect)).map(attributeOf),
  };
}

/** Values that the provider determines are not shown, except for a replacement, where they differ from the old object's. */
const isForegone = (leaf: Leaf, effect: Effect): boolean => leaf.computed && leaf.after === UNKNOWN && effect !== "replace";

function reviewedDrift(judged: Judged, healing: ReadonlySet<string>): ReviewedDrift {
  const { resource, name, action, difference } = judged.subject;
  const gone = action === "delete";
  return {
    address: resource.address,
    type: resource.type,
    name,
    noun: judged.kind.noun,
    ...(gone ? { gone: true as const } : {}),
    healed: healing.has(resource.address),
    sentences: driftSentences(judged, gone),
    attributes: gone ? [] : wished(difference.leaves).map(attributeOf),
  };
}

const rank = (change: ReviewedChange): number =>
  (change.destroysData === undefined ? 100 : 0) + (change.disposable ? 50 : 0) + effects.indexOf(change.effect);
