import { defineCommand } from "citty";
import { CHANGES, DONE } from "../exit.ts";
import { lockMode, positive, seconds, shared } from "../options.ts";
import { printData } from "../print.ts";
import { type PlannedStack, planStacks, savePlans, showPlans } from "../plan-stacks.ts";
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
    out: { type: "string", description: "Save the plan: to a file for one stack, to a folder for several", valueHint: "path" },
    destroy: { type: "boolean", description: "Plan to destroy everything" },
    "refresh-only": { type: "boolean", description: "Only detect changes made outside cdkvm" },
    target: { type: "string", description: "Only these addresses, separated by commas, and their dependencies", valueHint: "address" },
    frozen: shared.frozen,
    parallelism: shared.parallelism,
    "lock-timeout": shared["lock-timeout"],
    "allow-in-use": shared["allow-in-use"],
    "fail-fast": shared["fail-fast"],
    json: shared.json,
    "detailed-exitcode": shared["detailed-exitcode"],
    "show-user-data": shared["show-user-data"],
    untrusted: shared.untrusted,
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args }) {
    const options = {
      parallelism: positive("parallelism", args.parallelism),
      lockTimeout: seconds("lock-timeout", args["lock-timeout"]),
      destroy: args.destroy === true,
      refreshOnly: args["refresh-only"] === true,
      allowInUse: args["allow-in-use"] === true,
      showTexts: args["show-user-data"] === true,
      ...(args.target && { targets: args.target.split(",") }),
      saves: Boolean(args.out),
    };
    const { terminal, stacks } = await openSession({ ...args, lock: lockMode(args.frozen) });
    const run = new StackRun<PlannedStack>(terminal, stacks, {
      command: "plan",
      needs: "dependencies",
      failFast: args["fail-fast"] === true,
      json: args.json === true,
    });
    for (const group of inOrder(stacks)) {
      const plans = await planStacks(terminal, run, group, options);
      for (const plan of plans) run.done(plan.stack, plan);
      if (!args.json) await showPlans(terminal, plans, args.verbose === true, options.showTexts);
    }
    const plans = run.values();
    if (args.out) for (const path of await savePlans(plans, args.out, run.several)) terminal.say(`saved ${path}`);
    if (args.json) printData(run.data(({ review }) => ({ review })));
    const code = run.end(args.json ? undefined : ({ review, refreshOnly }) => (refreshOnly ? driftSummaryOf : summaryOf)(review));
    const isChanged = ({ result, review, refreshOnly }: PlannedStack): boolean =>
      refreshOnly ? review.counts.drifted > 0 : result.changes;
    return code === DONE && args["detailed-exitcode"] && plans.some(isChanged) ? CHANGES : code;
  },
});
