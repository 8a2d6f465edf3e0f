import { defineCommand } from "citty";
import { join } from "node:path";
import { writeXml } from "../../libvirt/codec/write.ts";
import { type Forge, LIMITS, renderFleetJson, renderFleetMarkdown, renderHtml, renderJson } from "../../review/index.ts";
import { positive, shared } from "../options.ts";
import { policyFor, tellVerdicts } from "../policy.ts";
import { fleetOf } from "../review-fleet.ts";
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
    limit: {
      type: "string",
      description: "Cut details to what a comment may have there: github (default), gitlab, bitbucket, or a number of characters",
      valueHint: "forge",
    },
    title: { type: "string", description: "For the heading: a stack's name, a pull request", valueHint: "text" },
    policy: shared.policy,
    "fail-on": shared["fail-on"],
    "max-restarts": shared["max-restarts"],
    allow: shared.allow,
    "show-user-data": shared["show-user-data"],
    color: shared.color,
  },
  async run({ args, rawArgs }) {
    const policy = await policyFor(args, rawArgs);
    const limit = limitOf(args.limit);
    const { fleet, reviews, result, code } = await fleetOf(args.plan, {
      folder: args.folder,
      title: args.title,
      showTexts: args["show-user-data"] === true,
      policy,
      writeXml,
    });
    const [only, ...others] = reviews;
    const several = others.length > 0;
    if (several && args.html) throw severalPlans("--html", args.plan, reviews.length, join(args.plan, `${fleet.stacks[0]?.name}.tfplan`));
    if (args.html && only) process.stdout.write(renderHtml(only, fleet.title === undefined ? {} : { title: fleet.title }));
    else if (args.json) process.stdout.write(!several && only ? renderJson(only) : renderFleetJson(fleet));
    else process.stdout.write(renderFleetMarkdown(fleet, { limit }));
    tellVerdicts(result, several);
    return code;
  },
});

function limitOf(text: string | undefined): number {
  if (text === undefined) return LIMITS.github;
  if (Object.hasOwn(LIMITS, text)) return LIMITS[text as Forge];
  return positive("limit", text) ?? LIMITS.github;
}
