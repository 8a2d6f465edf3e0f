import { noEvents } from "./event-log.ts";
import type { Changed, HealedStack } from "../drift/index.ts";
import type { Review } from "../review/index.ts";
import { applyPlan } from "./apply-stacks.ts";
import type { CheckedStack, DriftOptions } from "./drift-of-stacks.ts";
import { planStacks, type PlannedStack } from "./plan-stacks.ts";
import { applyProgress } from "./progress.ts";
import type { StackRun } from "./stack-run.ts";
import type { Terminal } from "./terminal.ts";

interface Refusal extends Pick<Changed, "address" | "noun" | "name"> {
  readonly why: string;
}

/** A plan that corrects drift and does nothing else. */
interface Healing {
  readonly plan: PlannedStack;
  readonly addresses: readonly string[];
  readonly refused: readonly Refusal[];
}

/**
 * Corrects what can be corrected while everything runs, with a plan of these addresses only. Refuses the rest by name.
 *
 * @returns undefined if the user answered no
 */
export async function heal(
  terminal: Terminal,
  run: StackRun<CheckedStack>,
  checked: readonly CheckedStack[],
  options: DriftOptions & { readonly approve: boolean },
): Promise<readonly HealedStack[] | undefined> {
  const healings: Healing[] = [];
  const nothing: HealedStack[] = [];
  for (const {
    plan: { stack },
    drift,
  } of checked) {
    const live = drift.changed.filter(({ heals }) => heals).map(({ address }) => address);
    const refused = drift.changed.filter(({ heals }) => !heals).map((one) => refusal(one, whyNot(one)));
    const [plan] = live.length === 0 ? [] : await planStacks(terminal, run, [stack], { ...options, targetsOf: () => live });
    const more = plan === undefined ? [] : beyond(plan.review, live);
    if (more.length > 0) {
      const why = `a plan of it also changes ${more.join(", ")}`;
      refused.push(...drift.changed.filter(({ heals }) => heals).map((one) => refusal(one, why)));
    }
    if (plan === undefined || more.length > 0) nothing.push({ stack: stack.name, healed: [], refused });
    else healings.push({ plan, addresses: live, refused });
  }
  for (const { stack, refused } of [...nothing, ...healings.map(({ plan, refused }) => ({ stack: plan.stack.name, refused }))])
    for (const { noun, name, why } of refused) terminal.say(`${stack}: ${noun} ${name} is not healed: ${why}`);
  if (healings.length === 0) return nothing;
  const count = healings.reduce((sum, { addresses }) => sum + addresses.length, 0);
  const question = `Correct ${count} ${count === 1 ? "object" : "objects"} while everything runs?`;
  if (!options.approve && !(await terminal.confirm(question, "--auto-approve", run.signal))) return undefined;
  const done = [...nothing, ...(await applied(terminal, run, healings, options))];
  return run.stacks.flatMap(({ name }) => done.filter(({ stack }) => stack === name));
}

async function applied(
  terminal: Terminal,
  run: StackRun<CheckedStack>,
  healings: readonly Healing[],
  options: DriftOptions,
): Promise<readonly HealedStack[]> {
  const stacks = healings.map(({ plan }) => plan.stack);
  const progress = applyProgress(
    terminal,
    stacks.map(({ name }) => name),
    run.several,
  );
  try {
    return await run.each(stacks, async (stack) => {
      const { plan, addresses, refused } = healings.find((one) => one.plan.stack === stack) as Healing;
      await applyPlan(terminal, progress, plan, plan.result.file, { ...options, events: noEvents }, plan.result.diagnostics);
      return { stack: stack.name, healed: [...addresses], refused: [...refused] };
    });
  } finally {
    progress.end();
  }
}

const refusal = ({ address, noun, name }: Changed, why: string): Refusal => ({ address, noun, name, why });

function whyNot({ apply }: Changed): string {
  if (apply === "none") return "the configuration does not ask for another";
  if (apply === "create") return "it is gone, and apply would create it anew";
  if (apply === "live" || apply === "start" || apply === "recorded")
    return "a plan of it also does what is not applied yet, or takes something away";
  return `apply would ${apply} it`;
}

/** What a plan changes besides these addresses. */
const beyond = (review: Review, addresses: readonly string[]): readonly string[] =>
  review.changes
    .filter(({ address, effect }) => effect !== "none" && !addresses.includes(address))
    .map(({ noun, name }) => `${noun} ${name}`);
