import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  commitOf,
  completeManifest,
  type Difference,
  differencesOf,
  explains,
  FolderProgress,
  isSameState,
  MANIFEST,
  type PlanManifest,
  type PlannedStackEntry,
  PlansOutdated,
  type StackNow,
  type Standing,
  standingOf,
  stateWords,
} from "../plans/index.ts";
import type { Review } from "../review/index.ts";
import { packageVersion } from "../stacks/own-package.ts";
import { applyPlan, type ApplyPlanOptions } from "./apply-stacks.ts";
import { planOutOfOrder } from "./errors.ts";
import { eachLimited, stacksAtOnce } from "./limit.ts";
import { chooseOnly, type Only } from "./only.ts";
import type { OpenPolicy } from "./policy.ts";
import { PolicyGate } from "./policy-gate.ts";
import { type Applicable, preparePlan, type Prepared, type PrepareOptions } from "./prepare-plan.ts";
import { applyProgress } from "./progress.ts";
import { type PlanToApply, readSavedPlan } from "./read-plans.ts";
import { openEngine, type Session } from "./session.ts";
import { markOf } from "./stack-facts.ts";
import { stackNow } from "./stack-now.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";
import { inOrder } from "./synthesize.ts";
import type { Terminal } from "./terminal.ts";

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** The plan folder that the command line names: by `--plan`, or among its words, where it ends with `/` or has a manifest. */
export const planFolderIn = (words: readonly string[], plan: string | undefined): string | undefined =>
  plan === undefined
    ? words.find((word) => word.endsWith("/") || existsSync(join(word, MANIFEST)))
    : plan.endsWith("/") || isFolder(plan)
      ? plan
      : undefined;

/** A stack of a plan folder that is about to be applied. */
interface Ready {
  readonly planned: PlannedStackEntry;
  readonly standing: Standing;
}

export interface OpenOptions {
  /** As `--only` says. @default all */
  readonly only: string | undefined;
  /** Whether an earlier run, of which nothing is known here, may have applied a part. */
  readonly isContinued: boolean;
  readonly terminal: Terminal;
  readonly lockTimeout: number;
}

/** The plans in a folder, compared with what is there now. */
export class PlansToApply {
  readonly folder: string;
  readonly manifest: PlanManifest;
  /** In the order of the program, with the dependencies that the plan says. */
  readonly stacks: readonly Stack[];
  readonly #progress: FolderProgress;
  readonly #ready: ReadonlyMap<string, Ready>;
  /** Of stacks that are wanted in part, the addresses of the guests. */
  readonly #guests: Only["guests"];

  private constructor(
    folder: string,
    manifest: PlanManifest,
    stacks: readonly Stack[],
    progress: FolderProgress,
    ready: ReadonlyMap<string, Ready>,
    guests: Only["guests"],
  ) {
    this.folder = folder;
    this.manifest = manifest;
    this.stacks = stacks;
    this.#progress = progress;
    this.#ready = ready;
    this.#guests = guests;
  }

  /**
   * Compares all chosen plans with what is there now, before anything is changed.
   *
   * @throws PlansOutdated with every difference; CdkvmError CDKVM_PLAN_INCOMPLETE, CDKVM_PLAN_ORDER
   */
  static async open(
    folder: string,
    { all, stacks: named }: Pick<Session, "all" | "stacks">,
    { only, isContinued, terminal, lockTimeout }: OpenOptions,
  ): Promise<PlansToApply> {
    const path = resolve(folder);
    const manifest = await completeManifest(path);
    const chosen = chooseOnly(named, only);
    const isPartial = only !== undefined || named.length < all.length;
    const entries = manifest.stacks.filter(({ name }) => !isPartial || chosen.stacks.some((one) => one.name === name));
    const progress = await FolderProgress.open(path, manifest.id);
    requireEarlier(manifest, entries, progress);

    const ready = new Map<string, Ready>();
    const found = new Map<string, StackNow>();
    const moved: Difference[] = [];
    await eachLimited(entries, stacksAtOnce(), async (planned) => {
      const stack = all.find(({ name }) => name === planned.name);
      if (stack === undefined) return;
      const engine = await openEngine(stack, terminal, { lockTimeout });
      const now = await stackNow(stack, engine, join(path, planned.file));
      found.set(planned.name, now);
      const step = progress.of(planned.name);
      const own = standingOf(step, now.state);
      const isElsewhere = isContinued && own === "planned" && !isSameState(planned.state, now.state);
      const standing =
        isElsewhere && explains(await readSavedPlan(join(path, planned.file), engine), (await engine.state()).resources) ? "cut off" : own;
      ready.set(planned.name, { planned, standing });
      if (standing === "moved")
        moved.push({
          stack: planned.name,
          field: "state",
          planned: `${stateWords(step?.state ?? null)}, after this plan`,
          now: stateWords(now.state),
        });
    });
    const isOpen = ({ name }: PlannedStackEntry): boolean => !APPLIED.has(ready.get(name)?.standing ?? "planned");
    const now = { cdkvm: packageVersion(), commit: (await commitOf(process.cwd()))?.commit, stacks: found };
    // the apply that was cut off has moved the state
    const isOwn = ({ stack, field }: Difference): boolean => field === "state" && ready.get(stack ?? "")?.standing === "cut off";
    const differences = [...differencesOf(manifest, entries.filter(isOpen), now).filter((one) => !isOwn(one)), ...moved];
    if (differences.length > 0) throw new PlansOutdated(folder, differences);
    const stacks = all.flatMap((stack) => {
      const own = ready.get(stack.name);
      return own ? [{ ...stack, dependencies: own.planned.dependencies }] : [];
    });
    return new PlansToApply(folder, manifest, stacks, progress, ready, chosen.guests);
  }

  /**
   * Applies the plans unchanged, in their order. What an earlier run of the same plans has applied is skipped; of a plan whose apply was
   * cut off, the rest is applied. If one of them breaks the policy, none is applied.
   */
  async apply<T>(
    terminal: Terminal,
    run: StackRun<T>,
    options: Pick<ApplyPlanOptions, "lockTimeout"> & { readonly policy: OpenPolicy | undefined },
    finish: (plan: PlanToApply & { readonly already: boolean; readonly partly: boolean }) => Promise<T>,
  ): Promise<void> {
    const { parallelism, id, by, at, git } = this.manifest;
    const commit = git && { "vcs.ref.head.revision": git.commit };
    run.events.note("cdkvm.plan.verified", `${this.folder} is as planned`, {
      "cdkvm.plan.id": id,
      "cdkvm.plan.by": by,
      "cdkvm.plan.at": at,
      ...commit,
    });
    const asPlanned = { parallelism, events: run.events, lockTimeout: Math.max(options.lockTimeout, this.manifest.lockTimeout) };
    const destroy = this.manifest.mode === "destroy";
    const plans = await this.#allowed(terminal, run, { ...options, destroy });
    const groups = inOrder(this.stacks.filter(({ name }) => plans.has(name)));
    for (const group of destroy ? groups.toReversed() : groups) {
      const progress = applyProgress(
        terminal,
        group.map(({ name }) => name),
        run.several,
      );
      try {
        await run.each(group, async (stack) => {
          const own = plans.get(stack.name) as Prepared;
          if ("error" in own) throw own.error;
          const { plan, file, standing } = own;
          const already = standing === "applied";
          const partly = !already && this.#guests.has(stack.name);
          if (already) progress.say(stack.name, "already applied by this plan, skipped");
          else {
            if (partly) progress.say(stack.name, "only what was chosen of the approved plan");
            else if (standing === "cut off") progress.say(stack.name, restWords(plan.review));
            await this.#progress.begin(stack.name);
            if (file !== undefined) await applyPlan(terminal, progress, plan, file, asPlanned);
            if (!partly) await this.#progress.end(stack.name, markOf(await plan.engine.statePull()));
          }
          run.done(stack, await finish({ ...plan, already, partly }));
        });
      } finally {
        progress.end();
      }
    }
  }

  /** The plans by stack; only those that are applied already if one of the others breaks the policy, or all of them together do. */
  async #allowed(
    terminal: Terminal,
    run: StackRun<unknown>,
    options: Pick<PrepareOptions, "policy" | "lockTimeout" | "destroy">,
  ): Promise<ReadonlyMap<string, Prepared>> {
    const prepared = new Map<string, Prepared>();
    await eachLimited(this.stacks, stacksAtOnce(), async (stack) => {
      const { planned, standing } = this.#ready.get(stack.name) as Ready;
      const { folder, manifest } = this;
      const only = this.#guests.get(stack.name);
      prepared.set(
        stack.name,
        await preparePlan(stack, planned, standing, terminal, { ...options, abort: run.signal, folder, manifest, only }),
      );
    });
    const plans = this.stacks.flatMap(({ name }) => {
      const own = prepared.get(name);
      return own !== undefined && "plan" in own ? [own] : [];
    });
    const gate = new PolicyGate(options.policy, run);
    gate.pass(plans.flatMap(({ plan, standing }) => (standing === "applied" ? [plan] : [])));
    const open = plans.flatMap(({ plan, standing }) => (standing === "applied" ? [] : [plan]));
    const allowed = gate.judge(open);
    const refused = open.find(({ stack }) => !allowed.some((one) => one.stack === stack));
    if (refused !== undefined) {
      run.refuseWith(
        allowed.map(({ stack }) => stack),
        refused.stack,
      );
      for (const { stack } of open) prepared.delete(stack.name);
    } else for (const plan of allowed) prepared.set(plan.stack.name, { ...(prepared.get(plan.stack.name) as Applicable), plan });
    return prepared;
  }
}

const APPLIED: ReadonlySet<Standing> = new Set(["applied", "moved"]);

function restWords({ changes, hasChanges }: Review): string {
  const left = changes.filter(({ effect }) => effect !== "none").length;
  return `an earlier run has not finished it; ${hasChanges ? `going on with what is left of the approved plan, ${left} ${left === 1 ? "change" : "changes"}` : "nothing is left of the approved plan"}`;
}

/** What comes before a chosen stack must be chosen too, or applied. */
function requireEarlier({ stacks, mode }: PlanManifest, chosen: readonly PlannedStackEntry[], progress: FolderProgress): void {
  const isOpen = ({ name, changes }: PlannedStackEntry): boolean =>
    changes && !chosen.some((one) => one.name === name) && progress.of(name)?.step !== "applied";
  for (const stack of chosen) {
    const first = stacks.find(
      (one) => (mode === "destroy" ? one.dependencies.includes(stack.name) : stack.dependencies.includes(one.name)) && isOpen(one),
    );
    if (first) throw planOutOfOrder(stack.name, first.name);
  }
}
