import { defineCommand } from "citty";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { openEngine, openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "output", description: "Print the stacks' outputs" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    output: shared.output,
    json: shared.json,
    "show-sensitive": { type: "boolean", description: "Print sensitive values too" },
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession(args);
    const secret = args["show-sensitive"] === true;
    const all: Record<string, Record<string, unknown>> = {};
    for (const stack of stacks) {
      const engine = await openEngine(stack, terminal);
      const values = Object.entries(await engine.output()).map(
        ([name, { value, sensitive }]) => [name, sensitive && !secret ? "(sensitive)" : value] as const,
      );
      all[stack.name] = Object.fromEntries(values);
      if (args.json) continue;
      terminal.say(terminal.style("bold", stack.name));
      for (const [name, value] of values) terminal.say(`  ${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`);
    }
    if (args.json) console.log(JSON.stringify(all, null, 2));
    return DONE;
  },
});
