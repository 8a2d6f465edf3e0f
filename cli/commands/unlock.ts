import { defineCommand } from "citty";
import { lockWords } from "../../engine/index.ts";
import { DONE, FAILED } from "../exit.ts";
import { shared } from "../options.ts";
import { openEngine, openSession } from "../session.ts";
import { notOneStack } from "../usage-errors.ts";

export default defineCommand({
  meta: { name: "unlock", description: "Show who holds the lock of a stack's state, and release it" },
  args: {
    stack: { type: "positional", required: true, description: "The stack", valueHint: "stack" },
    stacks: { ...shared.stacks, description: "The fleet file that contains the stack", valueHint: "fleet.yaml" },
    app: shared.app,
    output: shared.output,
    yes: { type: "boolean", description: "Do not ask for approval" },
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession(args);
    const [stack] = stacks;
    if (!stack || stacks.length > 1) throw notOneStack(stacks.length);
    const engine = await openEngine(stack, terminal, { lockTimeout: 0 });
    const lock = await engine.lock();
    if (!lock) {
      terminal.say(`${stack.name} is not locked.`);
      return DONE;
    }
    terminal.say(`${stack.name} is locked by ${lockWords(lock)}.`);
    const question = "Release the lock? Its holder may be changing the host right now.";
    if (!args.yes && !(await terminal.confirm(question, "--yes"))) {
      terminal.say("The lock was not released.");
      return FAILED;
    }
    await engine.unlock(lock);
    terminal.say(`Released the lock of ${stack.name}.`);
    return DONE;
  },
});
