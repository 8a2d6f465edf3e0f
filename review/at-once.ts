import type { Review, ReviewedChange } from "./schema.ts";

/** What is known of a stack before its plan is applied. */
export interface AppliedStack {
  readonly name?: string | undefined;
  /** The stacks that are applied before it. @default none */
  readonly dependencies?: readonly string[] | undefined;
  readonly review: Pick<Review, "changes" | "rollout">;
}

/** Guests that one apply takes down, for a time or for good. */
export const goesDown = ({ findings }: ReviewedChange): boolean =>
  findings.some((finding) => finding.kind === "interruption" && finding.down === true && finding.effect !== "delete");

/** Guests that one apply takes down for a time. */
export const comesBack = ({ findings }: ReviewedChange): boolean =>
  findings.some((one) => one.kind === "interruption" && one.down === true && (one.effect === "restart" || one.effect === "replace"));

/**
 * How many guests may be down at the same time, failures aside. Only a rollout waits until a guest is back: otherwise apply goes on
 * while the guest boots, however few things it does at once.
 */
export function downAtOnce(stacks: readonly AppliedStack[], counts: (change: ReviewedChange) => boolean = goesDown): number {
  let most = 0;
  let left = 0;
  for (const together of inOrder(stacks)) {
    const downs = together.map((one) => downIn(one, counts));
    most = Math.max(most, left + sum(downs.map(({ inTurns, others }) => inTurns + others)));
    left += sum(downs.map(({ others }) => others));
  }
  return most;
}

function downIn(
  { review: { changes, rollout } }: AppliedStack,
  counts: (change: ReviewedChange) => boolean,
): { readonly inTurns: number; readonly others: number } {
  const down = changes.filter(counts).map(({ name }) => name);
  const counted = new Set(down);
  const steps = (rollout?.steps ?? []).map((step) => step.filter((name) => counted.has(name)).length);
  return { inTurns: Math.max(0, ...steps.map((guests) => Math.min(guests, rollout?.atOnce ?? guests))), others: down.length - sum(steps) };
}

/** Stacks that are applied side by side, those that come first first. */
function inOrder(stacks: readonly AppliedStack[]): AppliedStack[][] {
  const groups: AppliedStack[][] = [];
  let rest = [...stacks];
  while (rest.length > 0) {
    const waits = ({ dependencies = [] }: AppliedStack): boolean =>
      rest.some(({ name }) => name !== undefined && dependencies.includes(name));
    const ready = rest.filter((one) => !waits(one));
    groups.push(ready.length > 0 ? ready : rest);
    rest = ready.length > 0 ? rest.filter(waits) : [];
  }
  return groups;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
