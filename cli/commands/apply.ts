import { defineCommand } from "citty";
import { CdkvmError } from "../../model/errors.ts";
import { applyStacks } from "../apply-stacks.ts";
import { CHANGES, DONE } from "../exit.ts";
import { positive, shared } from "../options.ts";
import { applyProgress } from "../progress.ts";
import { openEngine, openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "apply", description: "Make the hosts as the configuration says", alias: "deploy" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    output: shared.output,
    plan: { type: "string", description: "Apply this saved plan of one stack, as it is", valueHint: "file" },
    target: { type: "string", description: "Only these addresses, parted by commas, and what they depend on", valueHint: "address" },
    replace: { type: "string", description: "Make these addresses anew, parted by commas", valueHint: "address" },
    "auto-approve": shared["auto-approve"],
    parallelism: shared.parallelism,
    json: shared.json,
    "detailed-exitcode": shared["detailed-exitcode"],
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args }) {
    const parallelism = positive("parallelism", args.parallelism);
    const session = await openSession({ names: args._, app: args.app, output: args.output, json: args.json, color: args.color });
    const { terminal, stacks } = session;
    if (args.plan !== undefined) {
      const [stack] = stacks;
      if (!stack || stacks.length > 1)
        throw new CdkvmError({
          code: "CDKVM_USAGE",
          doing: "apply a saved plan",
          problem: `a saved plan is of one stack, and ${stacks.length} are chosen`,
          fix: "name the stack: cdkvm apply <stack> --plan <file>",
        });
      const engine = await openEngine(stack, terminal);
      const progress = applyProgress(terminal, stack.name);
      try {
        const { summary } = await engine.apply({
          plan: args.plan,
          onEvent: progress.onEvent,
          ...(parallelism !== undefined && { parallelism }),
        });
        if (args.json) console.log(JSON.stringify([{ stack: stack.name, summary }], null, 2));
      } finally {
        progress.end();
      }
      return DONE;
    }
    const applied = await applyStacks(session, stacks, {
      parallelism,
      approve: args["auto-approve"] === true,
      verbose: args.verbose === true,
      question: "Apply these changes?",
      ...(args.target && { targets: args.target.split(",") }),
      ...(args.replace && { replace: args.replace.split(",") }),
    });
    if (applied === undefined) {
      terminal.say("Nothing was changed.");
      return 1;
    }
    const outputs = await Promise.all(
      applied.map(async ({ stack, engine, review }) => ({ stack: stack.name, review, outputs: await engine.output() })),
    );
    if (args.json)
      console.log(
        JSON.stringify(
          outputs.map(({ stack, review, outputs: values }) => ({
            stack,
            review,
            outputs: Object.fromEntries(Object.entries(values).filter(([, one]) => !one.sensitive)),
          })),
          null,
          2,
        ),
      );
    else
      for (const { outputs: values } of outputs)
        for (const [name, { value, sensitive }] of Object.entries(values))
          terminal.say(`${name} = ${sensitive ? "(sensitive)" : JSON.stringify(value)}`);
    return args["detailed-exitcode"] && applied.some((one) => one.result.changes) ? CHANGES : DONE;
  },
});
