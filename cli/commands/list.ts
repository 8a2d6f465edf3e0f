import { defineCommand } from "citty";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { printData } from "../print.ts";
import { openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "list", description: "List the stacks", alias: "ls" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    untrusted: shared.untrusted,
    json: shared.json,
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession({ ...args, runsEngine: false });
    if (args.json) printData(stacks.map(({ name, folder, dependencies }) => ({ name, folder, dependencies })));
    else
      for (const stack of stacks)
        terminal.say(stack.dependencies.length > 0 ? `${stack.name}  (after ${stack.dependencies.join(", ")})` : stack.name);
    return DONE;
  },
});
