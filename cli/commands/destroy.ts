import { defineCommand } from "citty";
import { CdkvmError, type ErrorDetails } from "../../model/errors.ts";
import { ProgramError } from "../../model/program-error.ts";
import { applyStacks } from "../apply-stacks.ts";
import { recorded } from "../event-log.ts";
import { positive, seconds, shared } from "../options.ts";
import { policyFor } from "../policy.ts";
import { printData } from "../print.ts";
import { openSession } from "../session.ts";
import type { Review } from "../../review/index.ts";
import { StackRun } from "../stack-run.ts";

const SYNTHESIZED = "to destroy a stack without its program, run `cdkvm destroy STACK --synthesized`, which uses what was synthesized last";

/** @throws the given error, with a fix that needs no program */
function withoutProgram(error: unknown): never {
  if (error instanceof ProgramError)
    throw new ProgramError({
      details: withFix(error.details),
      ...(error.place && { place: error.place }),
      ...(error.stack !== undefined && { stack: error.stack }),
    });
  if (!(error instanceof CdkvmError) || !["CDKVM_SYNTH_FAILED", "CDKVM_SYNTH_EMPTY", "CDKVM_STACK_UNKNOWN"].includes(error.code))
    throw error;
  throw new CdkvmError({ ...withFix(error.details), cause: error });
}

const withFix = ({ fix, ...details }: ErrorDetails): ErrorDetails => ({
  ...details,
  fix: fix === undefined ? SYNTHESIZED : `${fix}; ${SYNTHESIZED}`,
});

export default defineCommand({
  meta: { name: "destroy", description: "Destroy everything that the stacks created" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    target: { type: "string", description: "Only these addresses, separated by commas, and what depends on them", valueHint: "address" },
    synthesized: {
      type: "boolean",
      description: "Run no program: use the stacks as last synthesized, including those removed from the program since",
    },
    events: shared.events,
    "auto-approve": shared["auto-approve"],
    parallelism: shared.parallelism,
    "lock-timeout": shared["lock-timeout"],
    "allow-in-use": shared["allow-in-use"],
    policy: shared.policy,
    "fail-on": shared["fail-on"],
    allow: shared.allow,
    "fail-fast": shared["fail-fast"],
    json: shared.json,
    verbose: shared.verbose,
    color: shared.color,
  },
  async run({ args, rawArgs }) {
    return await recorded(args.events, "destroy", async (events) => {
      const policy = await policyFor(args, rawArgs, "apply");
      const options = {
        policy,
        parallelism: positive("parallelism", args.parallelism),
        lockTimeout: seconds("lock-timeout", args["lock-timeout"]),
        destroy: true,
        approve: args["auto-approve"] === true,
        verbose: args.verbose === true,
        question: "Destroy all of this?",
        allowInUse: args["allow-in-use"] === true,
        ...(args.target && { targetsOf: () => args.target?.split(",") ?? [] }),
      };
      const { terminal, stacks } = await openSession({ ...args, synthesized: args.synthesized === true }).catch(withoutProgram);
      const run = new StackRun<Review>(terminal, stacks, {
        command: "destroy",
        needs: "dependents",
        failFast: args["fail-fast"] === true,
        json: args.json === true,
        events,
      });
      await applyStacks(terminal, run, options, ({ review }) => Promise.resolve(review));
      if (args.json) printData(run.data((review) => ({ review })));
      return run.end(args.json ? undefined : ({ hasChanges }) => (hasChanges ? "destroyed" : "nothing to destroy"));
    });
  },
});
