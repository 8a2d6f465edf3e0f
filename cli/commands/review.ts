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
import { severalFormats, unknownFormat } from "../usage-errors.ts";

export default defineCommand({
  meta: { name: "review", description: "Render a saved plan for people: as Markdown for a pull request, or as HTML or JSON" },
  args: {
    ...planToReview,
    json: shared.json,
    html: { type: "boolean", description: "Print an HTML page" },
    format: {
      type: "string",
      description: "What to print: markdown (default), html, json, sarif, junit, code-quality (GitLab's)",
      valueHint: "name",
    },
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
    const format = formatOf(args);
    const { fleet, reviews, result, code, isFolder } = await fleetOf(args.plan, {
      folder: args.folder,
      title: args.title,
      showTexts: args["show-user-data"] === true,
      policy,
      writeXml,
    });
    const [only] = reviews;
    if (format === "html") process.stdout.write(renderFleetHtml(fleet));
    else if (format === "json") process.stdout.write(!isFolder && only ? renderJson(only) : renderFleetJson(fleet));
    else if (format === "markdown") process.stdout.write(renderFleetMarkdown(fleet, { limit }));
    else process.stdout.write(`${REPORTS[format]({ fleet, file: PROJECT_FILES.find((file) => existsSync(file)) ?? "cdktf.json" })}\n`);
    tellVerdicts(result, reviews.length > 1);
    return code;
  },
});

function limitOf(text: string | undefined): number {
  if (text === undefined) return LIMITS.github;
  if (Object.hasOwn(LIMITS, text)) return LIMITS[text as Forge];
  return positive("limit", text) ?? LIMITS.github;
}

/** Reports of problems, for other programs. */
const REPORTS = { sarif: renderSarif, junit: renderJunit, "code-quality": renderCodeQuality } as const;
const FORMATS = ["markdown", "html", "json", "sarif", "junit", "code-quality"] as const;

type Format = (typeof FORMATS)[number];

interface FormatArguments {
  readonly format?: string | undefined;
  readonly html?: boolean | undefined;
  readonly json?: boolean | undefined;
}

function formatOf({ format: name, html, json }: FormatArguments): Format {
  const format = name === undefined ? undefined : FORMATS.find((one) => one === name);
  if (name !== undefined && format === undefined) throw unknownFormat(name, FORMATS);
  const wanted = new Set<Format>([...(format ? [format] : []), ...(html ? ["html" as const] : []), ...(json ? ["json" as const] : [])]);
  if (wanted.size > 1) throw severalFormats([...wanted]);
  return [...wanted][0] ?? "markdown";
}

/** What a report of problems points at. */
const PROJECT_FILES = ["fleet.yaml", "main.ts", "cdktf.json"];
