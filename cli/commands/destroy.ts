import { defineCommand } from "citty";
import { applyStacks } from "../apply-stacks.ts";
import { DONE } from "../exit.ts";
import { positive, shared } from "../options.ts";
import { openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "destroy", description: "Remove everything that the stacks made" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    output: shared.output,
    target: { type: "string", description: "Only these addresses, parted by commas, and what depends on them", valueHint: "address" },
    "auto-approve": shared["auto-approve"],
    parallelism: shared.parallelism,
    json: shared.json,
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args }) {
    const session = await openSession(args);
    const gone = await applyStacks(session, session.stacks, {
      parallelism: positive("parallelism", args.parallelism),
      destroy: true,
      approve: args["auto-approve"] === true,
      verbose: args.verbose === true,
      question: "Destroy all of this?",
      ...(args.target && { targets: args.target.split(",") }),
    });
    if (gone === undefined) {
      session.terminal.say("Nothing was changed.");
      return 1;
    }
    if (args.json)
      console.log(
        JSON.stringify(
          gone.map(({ stack, review }) => ({ stack: stack.name, review })),
          null,
          2,
        ),
      );
    return DONE;
  },
});
