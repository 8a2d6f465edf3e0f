import { defineCommand } from "citty";
import { CHANGES, DONE } from "../exit.ts";
import { lockMode, positive, seconds, shared } from "../options.ts";
import { printData } from "../print.ts";
import { chooseOnly, targetsOf } from "../only.ts";
import { PlanFolder, wantsFolder } from "../plan-folder.ts";
import { type PlannedStack, planStacks, savePlans, showPlans } from "../plan-stacks.ts";
import { judge, policyFor, tellVerdicts } from "../policy.ts";
import { openSession } from "../session.ts";
import { driftSummaryOf, summaryOf } from "../show.ts";
import { StackRun } from "../stack-run.ts";
import { inOrder } from "../synthesize.ts";

export default defineCommand({
  meta: { name: "plan", description: "Show what apply would do, and to which guests", alias: "diff" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    out: {
      type: "string",
      description: "Save the plan: to a file, or with a manifest to a folder (for several stacks, or if it ends with /)",
      valueHint: "path",
    },
    destroy: { type: "boolean", description: "Plan to destroy everything" },
    "refresh-only": { type: "boolean", description: "Only detect changes made outside cdkvm" },
    target: { type: "string", description: "Only these addresses, separated by commas, and their dependencies", valueHint: "address" },
    only: shared.only,
    frozen: shared.frozen,
    parallelism: shared.parallelism,
    "lock-timeout": shared["lock-timeout"],
    "allow-in-use": shared["allow-in-use"],
    "fail-fast": shared["fail-fast"],
    json: shared.json,
    "detailed-exitcode": shared["detailed-exitcode"],
    "show-user-data": shared["show-user-data"],
    policy: shared.policy,
    "fail-on": shared["fail-on"],
    "max-restarts": shared["max-restarts"],
    allow: shared.allow,
    untrusted: shared.untrusted,
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args, rawArgs }) {
    const policy = await policyFor(args, rawArgs);
    const options = {
      parallelism: positive("parallelism", args.parallelism),
      lockTimeout: seconds("lock-timeout", args["lock-timeout"]),
      destroy: args.destroy === true,
      refreshOnly: args["refresh-only"] === true,
      allowInUse: args["allow-in-use"] === true,
      showTexts: args["show-user-data"] === true,
      saves: Boolean(args.out),
    };
    const { terminal, ...session } = await openSession({ ...args, lock: lockMode(args.frozen) });
    const only = chooseOnly(session.stacks, args.only);
    const { stacks } = only;
    const targets = targetsOf(only, args.target);
    const run = new StackRun<PlannedStack>(terminal, stacks, {
      command: "plan",
      needs: "dependencies",
      failFast: args["fail-fast"] === true,
      json: args.json === true,
    });
    const folder =
      args.out !== undefined && (await wantsFolder(args.out, run.several))
        ? await PlanFolder.begin(args.out, stacks, {
            ...options,
            mode: options.destroy ? "destroy" : options.refreshOnly ? "refresh-only" : "apply",
            targetsOf: targets,
          })
        : undefined;
    const inRun = policy && { ...policy, asksHosts: policy.asksHosts && folder === undefined }; // the folder asks them anyway
    for (const group of inOrder(stacks)) {
      const plans = await planStacks(terminal, run, group, { ...options, policy: inRun, targetsOf: targets });
      for (const plan of plans) run.done(plan.stack, plan);
      if (!args.json) await showPlans(terminal, plans, args.verbose === true, options.showTexts);
    }
    const plans = run.values();
    const saved = folder ? await folder.save(plans, stacks) : args.out ? await savePlans(plans, args.out, false) : [];
    for (const path of saved) terminal.say(`saved ${path}`);
    const missing = stacks.filter(({ name }) => !plans.some(({ stack }) => stack.name === name)).map(({ name }) => name);
    if (folder && missing.length > 0)
      terminal.warn(`${folder.path} is not complete, and is not applied: it has no plan of ${missing.join(", ")}`);
    const judged = judge(
      policy,
      plans.map(({ stack, review, facts, host }) => ({
        stack: stack.name,
        review,
        facts,
        dependencies: stack.dependencies,
        host: folder?.hostOf(stack) ?? host,
      })),
    );
    const reviews = new Map(plans.map((one, index) => [one, judged.reviews[index]]));
    if (args.json) printData(run.data((one) => ({ review: reviews.get(one) })));
    const code = run.end(args.json ? undefined : ({ review, refreshOnly }) => (refreshOnly ? driftSummaryOf : summaryOf)(review));
    const isChanged = ({ result, review, refreshOnly }: PlannedStack): boolean =>
      refreshOnly ? review.counts.drifted > 0 : result.changes;
    tellVerdicts(judged.result, run.several);
    if (code === DONE && judged.code !== DONE) return judged.code;
    return code === DONE && args["detailed-exitcode"] && plans.some(isChanged) ? CHANGES : code;
  },
});
