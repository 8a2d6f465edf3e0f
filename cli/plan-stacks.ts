import { chmod, copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  copyWithExtras,
  type Diagnostic,
  type Engine,
  EngineError,
  parsePlan,
  type PlanOptions,
  type PlanResult,
} from "../engine/index.ts";
import type { HostFacts } from "../model/host-facts.ts";
import { IN_USE, ON_KVM } from "../model/plan-warnings.ts";
import { planFile } from "../plans/index.ts";
import type { Facts } from "../policy/index.ts";
import { fleetReview, type FleetGroup, judgePlan, type Review } from "../review/index.ts";
import { hostOf } from "./facts-of-hosts.ts";
import type { OpenPolicy } from "./policy.ts";
import { openEngine } from "./session.ts";
import { showReview, warningsBeside } from "./show.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";
import type { Terminal } from "./terminal.ts";

export interface PlannedStack {
  readonly stack: Stack;
  readonly engine: Engine;
  readonly result: PlanResult;
  readonly review: Review;
  /** The same changes, equal ones together. */
  readonly groups: readonly FleetGroup[];
  /** What a policy needs besides; undefined without one. */
  readonly facts: Facts | undefined;
  /** What is known of its host, if a policy needs that. */
  readonly host?: HostFacts | undefined;
  /** Whether it only detects changes made outside the engine. */
  readonly refreshOnly: boolean;
}

export interface PlanStacksOptions {
  readonly parallelism?: number | undefined;
  readonly lockTimeout: number;
  readonly destroy?: boolean;
  readonly refreshOnly?: boolean;
  /** Show free text verbatim. */
  readonly showTexts?: boolean;
  /** The addresses that a stack's plan is limited to; none for all. */
  readonly targetsOf?: (stack: Stack) => readonly string[];
  readonly replace?: readonly string[];
  readonly allowInUse?: boolean;
  /** The plans will be saved: each keeps what a review of the file needs. */
  readonly saves?: boolean;
  /** The policy that the plans will be judged by. */
  readonly policy?: OpenPolicy | undefined;
}

/** Plans stacks concurrently; each has its own state. */
export async function planStacks(
  terminal: Terminal,
  run: StackRun<unknown>,
  stacks: readonly Stack[],
  options: PlanStacksOptions,
): Promise<readonly PlannedStack[]> {
  const work = terminal.interactive ? terminal.work(`planning ${stacks.map((one) => one.name).join(", ")}`) : undefined;
  try {
    return await run.each(stacks, async (stack) => {
      const engine = await openEngine(stack, terminal, {
        abort: run.signal,
        lockTimeout: options.lockTimeout,
        ...(options.allowInUse && { allowInUse: true }),
        ...(options.destroy && { destroy: true }),
      });
      const targets = options.targetsOf?.(stack) ?? [];
      const result = await planKnowingOwners(engine, {
        lockTimeout: options.lockTimeout,
        ...(options.parallelism !== undefined && { parallelism: options.parallelism }),
        ...(options.destroy && { destroy: true }),
        ...(options.refreshOnly && { refreshOnly: true }),
        ...(targets.length > 0 && { targets }),
        ...(options.replace && { replace: options.replace }),
      });
      const json = await engine.showJson(result.file);
      const inUse = usersOf(result.diagnostics);
      if (options.saves) await copyWithExtras(result.file, result.file, { notes: { inUse }, schema: result.schema, json });
      const plan = parsePlan(json);
      const judged = judgePlan(plan, { showTexts: options.showTexts === true, inUse });
      const {
        stacks: [reviewed],
        groups,
      } = fleetReview([{ stack: stack.name, plan, judged, parallelism: options.parallelism }]);
      if (reviewed === undefined) throw new Error("a plan has no review");
      return {
        stack,
        engine,
        result,
        review: reviewed.review,
        groups,
        facts: options.policy?.factsOf(plan, judged),
        ...(options.policy?.asksHosts && { host: await hostOf(stack) }),
        refreshOnly: options.refreshOnly === true,
      };
    });
  } finally {
    work?.end();
  }
}

/** Who else uses what the plan removes, by its name: the engine gives no address for what the configuration no longer contains. */
const usersOf = (diagnostics: readonly Diagnostic[]): Readonly<Record<string, string>> =>
  Object.fromEntries(diagnostics.map(({ summary }) => IN_USE.parse(summary)).filter((one) => one !== undefined));

/** If something in use is removed, only the whole state shows whether this stack uses it; rare, so the state is read only then. */
export async function planKnowingOwners(engine: Engine, options: PlanOptions): Promise<PlanResult> {
  try {
    return await engine.plan(options);
  } catch (error) {
    if (!(error instanceof EngineError) || !error.causes.some(({ code }) => code === "CDKVM_OWNERS_UNKNOWN")) throw error;
    return await engine.plan({ ...options, tellState: true });
  }
}

export async function showPlans(terminal: Terminal, plans: readonly PlannedStack[], verbose: boolean, showTexts = false): Promise<void> {
  for (const { stack, engine, result, review, groups, refreshOnly } of plans) {
    showReview(terminal, stack.name, review, groups, { refreshOnly, showTexts });
    showWarnings(terminal, warningsBeside(review, result.diagnostics));
    if (verbose) terminal.say(await engine.showText(result.file));
  }
  const large = plans.filter(({ engine, review }) => engine.kind === "terraform" && resourcesIn(review) > LARGE_STACK);
  if (large.length > 0)
    terminal.say(
      terminal.style(
        "dim",
        `  OpenTofu applies ${large.map(({ stack }) => stack.name).join(", ")} faster than Terraform, 1,000 resources in a third of the time; to install it: cdkvm engine install`,
      ),
    );
}

/** Resources from which OpenTofu is recommended: the time of an apply by Terraform grows faster than their number; see docs/performance.md. */
const LARGE_STACK = 200;

const resourcesIn = ({ changes, counts }: Review): number => changes.length + counts.unchanged;

export function showWarnings(terminal: Terminal, diagnostics: readonly Diagnostic[]): void {
  for (const one of diagnostics)
    if (ON_KVM.parse(one.summary)) terminal.say(terminal.style("dim", `  ${one.summary}`));
    else if (one.severity === "warning")
      terminal.warn(one.detail ? `${one.summary}\n  ${one.detail.trim().replaceAll("\n", "\n  ")}` : one.summary);
}

/** Copies saved plans: one to the given file, or any number into a folder as `<stack>.tfplan`. */
export async function savePlans(plans: readonly PlannedStack[], out: string, isFolder: boolean): Promise<readonly string[]> {
  const save = async ({ result }: PlannedStack, path: string): Promise<string> => {
    await copyFile(result.file, path);
    await chmod(path, 0o600); // contains secrets in clear
    return path;
  };
  const [only] = plans;
  if (!isFolder) {
    if (!only) return [];
    await mkdir(dirname(out), { recursive: true });
    return [await save(only, out)];
  }
  await mkdir(out, { recursive: true });
  return await Promise.all(plans.map((one) => save(one, join(out, planFile(one.stack.name)))));
}
