import { defineCommand } from "citty";
import { join } from "node:path";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { printData } from "../print.ts";
import { openSession } from "../session.ts";

export default defineCommand({
  meta: { name: "synth", description: "Write each stack's configuration" },
  args: {
    stacks: shared.stacks,
    app: shared.app,
    stack: shared.stack,
    output: shared.output,
    out: { ...shared.output, description: "Same as --output" },
    untrusted: shared.untrusted,
    json: shared.json,
    color: shared.color,
  },
  async run({ args }) {
    const { terminal, stacks } = await openSession({ ...args, output: args.output ?? args.out, runsEngine: false });
    const files = stacks.map((stack) => ({ stack: stack.name, file: join(stack.folder, "cdk.tf.json") }));
    if (args.json) printData(files);
    else for (const { stack, file } of files) terminal.say(`${terminal.style("bold", stack)}  ${file}`);
    return DONE;
  },
});
