import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Origin, originOf, originOfPlan } from "../engine/index.ts";
import { CdkvmError } from "../model/errors.ts";
import { review } from "../review/index.ts";
import { applyPlan, type ApplyPlanOptions } from "./apply-stacks.ts";
import { usageError } from "./arguments.ts";
import type { PlannedStack } from "./plan-stacks.ts";
import { applyProgress } from "./progress.ts";
import { openEngine, type Session } from "./session.ts";
import type { StackRun } from "./stack-run.ts";
import type { Stack } from "./stack.ts";
import { inOrder } from "./synthesize.ts";
import type { Terminal } from "./terminal.ts";

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

const originHere = async ({ folder }: Stack): Promise<Origin> => originOf(await readFile(join(folder, "cdk.tf.json"), "utf8"));

/** The stacks a saved plan is for: for a folder of plans all chosen stacks, for a file its own unless one is named. */
export async function stacksOfPlan({ all, stacks }: Session, plan: string): Promise<readonly Stack[]> {
  if (stacks.length === 1 || (await isFolder(resolve(plan)))) return stacks;
  if (stacks.length < all.length)
    throw usageError(
      "apply",
      `a saved plan is of one stack, and ${stacks.length} are chosen`,
      "name the stack: cdkvm apply <stack> --plan <file>, or give the folder of all plans",
    );
  const made = await originOfPlan(resolve(plan));
  const origins = await Promise.all(all.map(originHere));
  const own = all.filter((_, index) => origins[index]?.stack === made.stack);
  if (own.length === 1) return own;
  throw new CdkvmError({
    code: "CDKVM_PLAN_STACK",
    doing: `apply the saved plan ${plan}`,
    problem: made.stack === undefined ? "it does not say of which stack it is" : `there is no stack ${made.stack} here, of which it is`,
    fix: `there are: ${all.map(({ name }) => name).join(", ")}`,
  });
}

/** The plan of a stack: the file itself, or `<stack>.tfplan` in a folder, as `plan --out` saves them. */
const fileOf = async (path: string, { name }: Stack): Promise<string> => ((await isFolder(path)) ? join(path, `${name}.tfplan`) : path);

/** Applies saved plans unchanged. */
export async function applySaved<T>(
  terminal: Terminal,
  run: StackRun<T>,
  plan: string,
  options: ApplyPlanOptions,
  finish: (plan: Pick<PlannedStack, "stack" | "engine" | "review">) => Promise<T>,
): Promise<void> {
  for (const group of inOrder(run.stacks)) {
    const progress = applyProgress(
      terminal,
      group.map(({ name }) => name),
      run.several,
    );
    try {
      await run.each(group, async (stack) => {
        const path = await fileOf(resolve(plan), stack);
        await checkOrigin(stack, path);
        const engine = await openEngine(stack, terminal, { abort: run.signal, lockTimeout: options.lockTimeout });
        const planned = { stack, engine, review: review(await engine.show(path)) };
        await applyPlan(terminal, progress, planned, path, options);
        run.done(stack, await finish(planned));
      });
    } finally {
      progress.end();
    }
  }
}

/** Rejects a plan made for another stack, state or host. */
async function checkOrigin(stack: Stack, path: string): Promise<void> {
  const made = await originOfPlan(path);
  const here = await originHere(stack);
  const problem = differenceOf(made, here, stack.name);
  if (problem === undefined) return;
  const other = made.stack !== undefined && made.stack !== here.stack ? made.stack : undefined;
  throw new CdkvmError({
    code: "CDKVM_PLAN_STACK",
    doing: `apply the saved plan ${path} to ${stack.name}`,
    problem,
    fix:
      other === undefined
        ? `plan again: \`cdkvm plan ${stack.name} --out ${path}\``
        : `name its stack: \`cdkvm apply ${other} --plan ${path}\``,
  });
}

function differenceOf(made: Origin, here: Origin, name: string): string | undefined {
  if (made.stack !== here.stack) return `it is a plan of ${made.stack ?? "another program"}, not of ${name}`;
  if (made.hosts !== here.hosts) return `it was made for the host ${made.hosts}, and the stack's is ${here.hosts}`;
  if (made.backend !== here.backend) return "it was made for a state in another place than the stack's is now";
  return undefined;
}
