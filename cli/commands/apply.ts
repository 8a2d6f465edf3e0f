import { resolve } from "node:path";
import { defineCommand } from "citty";
import type { Engine, OutputValue } from "../../engine/index.ts";
import { review, type Review } from "../../review/index.ts";
import { applyPlan, type ApplyPlanOptions, applyStacks } from "../apply-stacks.ts";
import { usageError } from "../arguments.ts";
import { CHANGES, DONE } from "../exit.ts";
import { positive, seconds, shared } from "../options.ts";
import { applyProgress } from "../progress.ts";
import { openEngine, openSession } from "../session.ts";
import { StackRun } from "../stack-run.ts";
import type { Terminal } from "../terminal.ts";

interface Applied {
  readonly review: Review;
  readonly outputs: Readonly<Record<string, OutputValue>>;
}

const applied = async (engine: Engine, shown: Review): Promise<Applied> => ({ review: shown, outputs: await engine.output() });

/** Without the secret ones. */
const open = (outputs: Applied["outputs"]): Applied["outputs"] =>
  Object.fromEntries(Object.entries(outputs).filter(([, one]) => !one.sensitive));

/** Applies a saved plan of the one stack that is chosen, as it is. */
async function applySaved(terminal: Terminal, run: StackRun<Applied>, file: string, options: ApplyPlanOptions): Promise<void> {
  await run.each(run.stacks, async (stack) => {
    const path = resolve(file);
    const engine = await openEngine(stack, terminal, run.signal);
    const shown = review(await engine.show(path));
    const progress = applyProgress(terminal, [stack.name]);
    try {
      await applyPlan(terminal, progress, { stack, engine }, path, options);
    } finally {
      progress.end();
    }
    run.done(stack, await applied(engine, shown));
  });
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
    "lock-timeout": shared["lock-timeout"],
    "fail-fast": shared["fail-fast"],
    json: shared.json,
    "detailed-exitcode": shared["detailed-exitcode"],
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args }) {
    const options = {
      parallelism: positive("parallelism", args.parallelism),
      lockTimeout: seconds("lock-timeout", args["lock-timeout"]),
      approve: args["auto-approve"] === true,
      verbose: args.verbose === true,
      question: "Apply these changes?",
      ...(args.target && { targets: args.target.split(",") }),
      ...(args.replace && { replace: args.replace.split(",") }),
    };
    const { terminal, stacks } = await openSession(args);
    if (args.plan !== undefined && stacks.length !== 1)
      throw usageError(
        "apply",
        `a saved plan is of one stack, and ${stacks.length} are chosen`,
        "name the stack: cdkvm apply <stack> --plan <file>",
      );
    const run = new StackRun<Applied>(terminal, stacks, {
      command: "apply",
      needs: "dependencies",
      failFast: args["fail-fast"] === true,
      json: args.json === true,
    });
    if (args.plan === undefined) await applyStacks(terminal, run, options, ({ engine, review: shown }) => applied(engine, shown));
    else await applySaved(terminal, run, args.plan, options);
    if (args.json)
      console.log(
        JSON.stringify(
          run.data(({ review: shown, outputs }) => ({ review: shown, outputs: open(outputs) })),
          null,
          2,
        ),
      );
    else
      for (const { outputs } of run.values())
        for (const [name, { value, sensitive }] of Object.entries(outputs))
          terminal.say(`${name} = ${sensitive ? "(sensitive)" : JSON.stringify(value)}`);
    const code = run.end(args.json ? undefined : ({ review: shown }) => (shown.hasChanges ? "applied" : "no changes"));
    return code === DONE && args["detailed-exitcode"] && run.values().some((one) => one.review.hasChanges) ? CHANGES : code;
  },
});
