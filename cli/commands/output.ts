import { defineCommand } from "citty";
import { shared } from "../options.ts";
import { printData } from "../print.ts";
import { openEngine, openSession } from "../session.ts";
import { StackRun } from "../stack-run.ts";

export default defineCommand({
  meta: { name: "output", description: "Print the stacks' outputs" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    json: shared.json,
    "show-sensitive": { type: "boolean", description: "Also print sensitive values" },
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession(args);
    const secrets = args["show-sensitive"] === true ? "shown" : "hidden";
    const run = new StackRun<{ name: string; values: Readonly<Record<string, unknown>> }>(terminal, stacks, {
      command: "output",
      json: args.json === true,
    });
    await run.each(stacks, async (stack) => {
      const outputs = await (await openEngine(stack, terminal, { abort: run.signal })).output();
      const values = Object.entries(outputs).map(([name, { value, sensitive }]) => [
        name,
        sensitive && secrets === "hidden" ? "(sensitive)" : value,
      ]);
      run.done(stack, { name: stack.name, values: Object.fromEntries(values) });
    });
    if (args.json) printData(Object.fromEntries(run.values().map(({ name, values }) => [name, values])), secrets);
    else
      for (const { name, values } of run.values()) {
        terminal.say(terminal.style("bold", name));
        for (const [key, value] of Object.entries(values))
          terminal.say(`  ${key} = ${typeof value === "string" ? value : JSON.stringify(value)}`, secrets);
      }
    return run.end();
  },
});
