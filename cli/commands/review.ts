import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { writeXml } from "../../libvirt/codec/write.ts";
import {
  type Forge,
  LIMITS,
  renderCodeQuality,
  renderFleetHtml,
  renderFleetJson,
  renderFleetMarkdown,
  renderJson,
  renderJunit,
  renderSarif,
} from "../../review/index.ts";
import { positive, shared } from "../options.ts";
import { policyFor, tellVerdicts } from "../policy.ts";
import { fleetOf, planToReview } from "../review-fleet.ts";
import { unknownFormat } from "../usage-errors.ts";

export default defineCommand({
  meta: { name: "review", description: "Render a saved plan for people: as Markdown for a pull request, or as HTML or JSON" },
  args: {
    ...planToReview,
    json: shared.json,
    html: { type: "boolean", description: "Print an HTML page" },
    format: { type: "string", description: "Print another form: sarif, junit, code-quality (GitLab's)", valueHint: "name" },
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
    const render = formatOf(args.format);
    if (render) process.stdout.write(`${render({ fleet, file: PROJECT_FILES.find((file) => existsSync(file)) ?? "cdktf.json" })}\n`);
    else if (args.html) process.stdout.write(renderFleetHtml(fleet));
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

const FORMATS = { sarif: renderSarif, junit: renderJunit, "code-quality": renderCodeQuality } as const;

function formatOf(name: string | undefined): (typeof FORMATS)[keyof typeof FORMATS] | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name as keyof typeof FORMATS];
  throw unknownFormat(name, Object.keys(FORMATS));
}

/** What a report of problems points at. */
const PROJECT_FILES = ["fleet.yaml", "main.ts", "cdktf.json"];
