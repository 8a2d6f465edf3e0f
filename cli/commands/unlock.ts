import { defineCommand } from "citty";
import { lockWords } from "../../engine/index.ts";
import { usageError } from "../arguments.ts";
import { DONE, FAILED } from "../exit.ts";
import { shared } from "../options.ts";
import { openEngine, openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "unlock", description: "Take away a lock of a stack's state that was left behind, after saying who holds it" },
  args: {
    stack: { type: "positional", required: true, description: "The stack", valueHint: "stack" },
    stacks: { ...shared.stacks, description: "The stack's fleet file, where it is in one", valueHint: "fleet.yaml" },
    app: shared.app,
    output: shared.output,
    yes: { type: "boolean", description: "Ask nothing" },
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession(args);
    const [stack] = stacks;
    if (!stack || stacks.length > 1) throw usageError("unlock", `it unlocks one stack, and ${stacks.length} are chosen`);
    const engine = await openEngine(stack, terminal, { lockTimeout: 0 });
    const lock = await engine.lock();
    if (!lock) {
      terminal.say(`${stack.name} is not locked.`);
      return DONE;
    }
    terminal.say(`${stack.name} is locked by ${lockWords(lock)}.`);
    const question = "Take the lock away? What holds it may be changing the host just now.";
    if (!args.yes && !(await terminal.confirm(question, "--yes"))) {
      terminal.say("It stays locked.");
      return FAILED;
    }
    await engine.unlock(lock);
    terminal.say(`${stack.name} is not locked any more.`);
    return DONE;
  },
});
