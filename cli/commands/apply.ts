import { resolve } from "node:path";
import { defineCommand } from "citty";
import { CdkvmError } from "../../model/errors.ts";
import { review } from "../../review/index.ts";
import { applyPlan, applyStacks } from "../apply-stacks.ts";
import { CHANGES, DONE } from "../exit.ts";
import { positive, shared } from "../options.ts";
import { openEngine, openSession, type Session } from "../session.ts";

/** Applies a saved plan of the one stack that is chosen, as it is. */
async function applySaved({ terminal, stacks }: Session, file: string, parallelism: number | undefined) {
  const [stack] = stacks;
  if (!stack || stacks.length > 1)
    throw new CdkvmError({
      code: "CDKVM_USAGE",
      doing: "apply a saved plan",
      problem: `a saved plan is of one stack, and ${stacks.length} are chosen`,
      fix: "name the stack: cdkvm apply <stack> --plan <file>",
    });
  const path = resolve(file);
  const engine = await openEngine(stack, terminal);
  const plan = { stack, engine, review: review(await engine.show(path)) };
  await applyPlan(terminal, plan, path, parallelism);
  return plan;
}

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
    const session = await openSession(args);
    const { terminal, stacks } = session;
    const options = {
      parallelism,
      approve: args["auto-approve"] === true,
      verbose: args.verbose === true,
      question: "Apply these changes?",
      ...(args.target && { targets: args.target.split(",") }),
      ...(args.replace && { replace: args.replace.split(",") }),
    };
    const applied =
      args.plan === undefined ? await applyStacks(session, stacks, options) : [await applySaved(session, args.plan, parallelism)];
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
    return args["detailed-exitcode"] && applied.some((one) => one.review.hasChanges) ? CHANGES : DONE;
  },
});
