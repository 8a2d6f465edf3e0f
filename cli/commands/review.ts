import { defineCommand } from "citty";
import { evaluate, renderHtml, renderJson, renderMarkdown, review, rulesOf } from "../../review/index.ts";
import { DONE, FAILED } from "../exit.ts";
import { shared } from "../options.ts";
import { plansOf, readPlan } from "../read-plans.ts";
import { severalPlans } from "../usage-errors.ts";

export default defineCommand({
  meta: { name: "review", description: "Render a saved plan for people: as Markdown for a pull request, or as HTML or JSON" },
  args: {
    plan: { type: "positional", required: true, description: "A saved plan, its JSON, or a folder of saved plans" },
    folder: {
      type: "string",
      description: "The stack's folder, for a saved plan (default: the plan's folder, else a stack's in this project)",
      valueHint: "folder",
    },
    json: shared.json,
    html: { type: "boolean", description: "Print an HTML page" },
    title: { type: "string", description: "For the heading: a stack's name, a pull request", valueHint: "text" },
    "fail-on": {
      type: "string",
      description: "Exit with 1 on: data-loss, restart, network-loss, replace, delete; separated by commas",
      valueHint: "rules",
    },
    "show-user-data": shared["show-user-data"],
    color: shared.color,
  },
  async run({ args }) {
    const rules = (args["fail-on"] ? rulesOf(args["fail-on"]) : []).map((rule) => ({ rule, severity: "error" as const }));
    const plans = await plansOf(args.plan);
    const [first, ...others] = plans;
    if (first && others.length > 0 && (args.html || args.json))
      throw severalPlans(args.html ? "--html" : "--json", args.plan, plans.length, first.file);
    let failed = false;
    for (const { file, stack } of plans) {
      const { plan, notes } = await readPlan(file, args.folder);
      const result = review(plan, { showTexts: args["show-user-data"] === true, ...notes });
      const title = [args.title, stack].filter((one) => one !== undefined && one !== "").join(" ");
      const options = title === "" ? {} : { title };
      if (file !== first?.file) process.stdout.write("\n");
      process.stdout.write(args.json ? renderJson(result) : args.html ? renderHtml(result, options) : renderMarkdown(result, options));
      for (const verdict of evaluate(result, rules)) {
        console.error(`${stack === undefined ? "" : `${stack}: `}${verdict.rule}: ${verdict.message}`);
        failed ||= verdict.severity === "error";
      }
    }
    return failed ? FAILED : DONE;
  },
});
