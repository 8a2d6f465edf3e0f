import { defineCommand } from "citty";
import { applyStacks } from "../apply-stacks.ts";
import { positive, seconds, shared } from "../options.ts";
import { printData } from "../print.ts";
import { openSession } from "../session.ts";
import type { Review } from "../../review/index.ts";
import { StackRun } from "../stack-run.ts";

export default defineCommand({
  meta: { name: "destroy", description: "Remove everything that the stacks made" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    output: shared.output,
    target: { type: "string", description: "Only these addresses, parted by commas, and what depends on them", valueHint: "address" },
    "auto-approve": shared["auto-approve"],
    parallelism: shared.parallelism,
    "lock-timeout": shared["lock-timeout"],
    "allow-in-use": shared["allow-in-use"],
    "fail-fast": shared["fail-fast"],
    json: shared.json,
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args }) {
    const options = {
      parallelism: positive("parallelism", args.parallelism),
      lockTimeout: seconds("lock-timeout", args["lock-timeout"]),
      destroy: true,
      approve: args["auto-approve"] === true,
      verbose: args.verbose === true,
      question: "Destroy all of this?",
      allowInUse: args["allow-in-use"] === true,
      ...(args.target && { targets: args.target.split(",") }),
    };
    const { terminal, stacks } = await openSession(args);
    const run = new StackRun<Review>(terminal, stacks, {
      command: "destroy",
      needs: "dependents",
      failFast: args["fail-fast"] === true,
      json: args.json === true,
    });
    await applyStacks(terminal, run, options, ({ review }) => Promise.resolve(review));
    if (args.json) printData(run.data((review) => ({ review })));
    return run.end(args.json ? undefined : ({ hasChanges }) => (hasChanges ? "destroyed" : "nothing to destroy"));
  },
});
