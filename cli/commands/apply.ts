import { defineCommand } from "citty";
import type { OutputValue } from "../../engine/index.ts";
import type { Review } from "../../review/index.ts";
import { planFolderIn, PlansToApply } from "../apply-folder.ts";
import { applySaved, stacksOfPlan } from "../apply-saved.ts";
import { applyStacks } from "../apply-stacks.ts";
import { recorded } from "../event-log.ts";
import { CHANGES, DONE } from "../exit.ts";
import { chooseOnly, targetsOf } from "../only.ts";
import { lockMode, positive, seconds, shared } from "../options.ts";
import { policyFor } from "../policy.ts";
import { printData } from "../print.ts";
import type { PlannedStack } from "../plan-stacks.ts";
import { openSession } from "../session.ts";
import { driftSummaryOf } from "../show.ts";
import { StackRun } from "../stack-run.ts";
import { continueWithoutFolder, refusePlanOptions } from "../usage-errors.ts";

interface Applied {
  readonly review: Review;
  /** Whether an earlier run has applied the same plan. */
  readonly already: boolean;
  /** Whether only some guests of the plan were wanted. */
  readonly partly: boolean;
  readonly outputs: Readonly<Record<string, OutputValue>>;
}

/** Drops sensitive outputs. */
const open = (outputs: Applied["outputs"]): Applied["outputs"] =>
  Object.fromEntries(Object.entries(outputs).filter(([, one]) => !one.sensitive));

export default defineCommand({
  meta: { name: "apply", description: "Apply the configuration to the hosts", alias: "deploy" },
  args: {
    stacks: { ...shared.stacks, description: `${shared.stacks.description}, or a folder of plans (plans/)` },
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    plan: { type: "string", description: "Apply this saved plan, or the plans in this folder, unchanged", valueHint: "path" },
    only: shared.only,
    continue: {
      type: "boolean",
      description: "Go on with plans of a folder that another machine began to apply: states may have moved, if only by them",
    },
    target: { type: "string", description: "Only these addresses, separated by commas, and their dependencies", valueHint: "address" },
    replace: { type: "string", description: "Replace the resources at these addresses, separated by commas", valueHint: "address" },
    events: shared.events,
    "auto-approve": shared["auto-approve"],
    frozen: shared.frozen,
    parallelism: shared.parallelism,
    "lock-timeout": shared["lock-timeout"],
    "allow-in-use": shared["allow-in-use"],
    "fail-fast": shared["fail-fast"],
    policy: shared.policy,
    "fail-on": shared["fail-on"],
    "max-restarts": shared["max-restarts"],
    allow: shared.allow,
    untrusted: shared.untrusted,
    json: shared.json,
    "detailed-exitcode": shared["detailed-exitcode"],
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args, rawArgs }) {
    return await recorded(args.events, "apply", async (events) => {
      const policy = await policyFor(args, rawArgs, "apply");
      const options = {
        policy,
        parallelism: positive("parallelism", args.parallelism),
        lockTimeout: seconds("lock-timeout", args["lock-timeout"]),
        approve: args["auto-approve"] === true,
        verbose: args.verbose === true,
        question: "Apply these changes?",
        allowInUse: args["allow-in-use"] === true,
        ...(args.replace && { replace: args.replace.split(",") }),
      };
      const folder = planFolderIn(args._, args.plan);
      const plan = folder ?? args.plan;
      if (plan !== undefined)
        refusePlanOptions(args, folder === undefined ? ["target", "replace", "only"] : ["target", "replace", "parallelism"]);
      if (args.continue && folder === undefined) throw continueWithoutFolder();
      const session = await openSession({ ...args, _: args._.filter((word) => word !== folder), lock: lockMode(args.frozen) });
      const { terminal } = session;
      const only = plan === undefined ? chooseOnly(session.stacks, args.only) : undefined;
      const plans =
        folder === undefined
          ? undefined
          : await PlansToApply.open(folder, session, { only: args.only, isContinued: args.continue === true, terminal, ...options });
      const stacks = plans?.stacks ?? only?.stacks ?? (await stacksOfPlan(session, plan ?? ""));
      const run = new StackRun<Applied>(terminal, stacks, {
        command: "apply",
        needs: plans?.manifest.mode === "destroy" ? "dependents" : "dependencies",
        failFast: args["fail-fast"] === true,
        json: args.json === true,
        events,
      });
      const finish = async ({
        engine,
        review,
        already = false,
        partly = false,
      }: Pick<PlannedStack, "engine" | "review"> & Partial<Pick<Applied, "already" | "partly">>): Promise<Applied> => ({
        review,
        already,
        partly,
        outputs: await engine.output(),
      });
      if (plans) await plans.apply(terminal, run, options, finish);
      else if (only) await applyStacks(terminal, run, { ...options, targetsOf: targetsOf(only, args.target) }, finish);
      else await applySaved(terminal, run, plan ?? "", options, finish);
      if (args.json)
        printData(
          run.data(({ review, already, outputs }) => ({ review, ...(already && { alreadyApplied: true }), outputs: open(outputs) })),
        );
      else
        for (const { outputs } of run.values())
          for (const [name, { value, sensitive }] of Object.entries(outputs))
            terminal.say(`${name} = ${sensitive ? "(sensitive)" : JSON.stringify(value)}`);
      const unchanged = (review: Review): string =>
        plan !== undefined && review.counts.drifted > 0 ? `${driftSummaryOf(review)}, recorded` : "no changes";
      const code = run.end(
        args.json
          ? undefined
          : ({ review, already, partly }) =>
              already ? "already applied" : review.hasChanges ? (partly ? "applied in part" : "applied") : unchanged(review),
      );
      return code === DONE && args["detailed-exitcode"] && run.values().some((one) => one.review.hasChanges) ? CHANGES : code;
    });
  },
});
