import { defineCommand } from "citty";
import { CHANGES, DONE } from "../exit.ts";
import { positive, shared } from "../options.ts";
import { planStacks, savePlans, showPlans } from "../plan-stacks.ts";
import { openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "plan", description: "Show what apply would do, and to which guests", alias: "diff" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    output: shared.output,
    out: { type: "string", description: "Save the plan: a file for one stack, a folder for several", valueHint: "path" },
    destroy: { type: "boolean", description: "Plan to destroy everything" },
    "refresh-only": { type: "boolean", description: "Only find what was changed outside cdkvm" },
    target: { type: "string", description: "Only these addresses, parted by commas, and what they depend on", valueHint: "address" },
    parallelism: shared.parallelism,
    json: shared.json,
    "detailed-exitcode": shared["detailed-exitcode"],
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args }) {
    const parallelism = positive("parallelism", args.parallelism);
    const session = await openSession(args);
    const plans = await planStacks(session, session.stacks, {
      parallelism,
      destroy: args.destroy === true,
      refreshOnly: args["refresh-only"] === true,
      ...(args.target && { targets: args.target.split(",") }),
    });
    if (args.out) for (const path of await savePlans(plans, args.out)) session.terminal.say(`saved ${path}`);
    if (args.json)
      console.log(
        JSON.stringify(
          plans.map(({ stack, review }) => ({ stack: stack.name, review })),
          null,
          2,
        ),
      );
    else await showPlans(session.terminal, plans, args.verbose === true);
    return args["detailed-exitcode"] && plans.some((one) => one.result.changes) ? CHANGES : DONE;
  },
});
