import { defineCommand } from "citty";
import { writeXml } from "../../libvirt/codec/write.ts";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";
import { Engine, notesIn, originOfPlan, parsePlan, type Plan, planJsonIn, type PlanNotes } from "../../engine/index.ts";
import {
  type FleetPart,
  fleetReview,
  type FleetReviewOptions,
  type Forge,
  LIMITS,
  renderFleetJson,
  renderFleetMarkdown,
  renderHtml,
  renderJson,
} from "../../review/index.ts";
import { MANIFEST, readManifest } from "../../plans/index.ts";
import { noFolderForPlan, noPlansIn, planMissing } from "../errors.ts";
import { positive, shared } from "../options.ts";
import { judge, policyFor, tellVerdicts } from "../policy.ts";
import { severalPlans } from "../usage-errors.ts";

/**
 * A folder in which an engine can read the plan: the plan's own, else that of any stack of this project. Any stack works,
 * since only the schemas are needed.
 */
async function folderFor(path: string): Promise<string> {
  const stacks = resolve("cdktf.out/stacks");
  const names = await readdir(stacks).catch(() => []);
  const folders = [dirname(path), ...names.map((name) => join(stacks, name))];
  const ready = folders.find((folder) => existsSync(join(folder, ".terraform")));
  if (ready !== undefined) return ready;
  throw noFolderForPlan(path);
}

interface ReadPlan {
  readonly plan: Plan;
  readonly notes?: PlanNotes;
  /** The stack that the plan was made of, if the file says. */
  readonly stack?: string | undefined;
}

/** Reads the output of `show -json`, or a saved plan, which the engine reads in an initialized folder. */
async function readPlan(file: string, folder: string | undefined): Promise<ReadPlan> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw planMissing(path);
  const start = await readFile(path);
  if (start.subarray(0, 2).toString() !== "PK") return { plan: parsePlan(start.toString("utf8")) };
  const json = planJsonIn(start);
  const stack = (await originOfPlan(path).catch(() => undefined))?.stack; // OpenTofu can encrypt plans
  if (json !== undefined) return { plan: parsePlan(json), notes: notesIn(start), stack };
  const engine = await Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  return { plan: await engine.show(path), notes: notesIn(start), stack };
}

/** The plans in a folder written by `plan --out`, each with its stack; otherwise the named plan. */
async function plansOf(path: string): Promise<readonly { readonly file: string; readonly stack?: string }[]> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [{ file: path }];
  const files = (await readdir(path)).filter((name) => name.endsWith(ENDING)).toSorted();
  if (files.length === 0) throw noPlansIn(path);
  return files.map((name) => ({ file: join(path, name), stack: name.slice(0, -ENDING.length) }));
}

const ENDING = ".tfplan";

/** What a folder's manifest says: from what the plans were made, what the hosts have, and what is missing. */
async function madeFrom(folder: string): Promise<Pick<FleetReviewOptions, "made" | "hosts" | "missing">> {
  if (!existsSync(join(folder, MANIFEST))) return {};
  const { git, at, by, cdkvm, hosts, missing } = await readManifest(folder);
  return { made: { ...git, at, by, cdkvm }, hosts, missing: missing.map(({ name }) => name) };
}

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
    const files = await plansOf(args.plan);
    const [first, ...others] = files;
    if (first && others.length > 0 && args.html) throw severalPlans("--html", args.plan, files.length, first.file);
    const parts: FleetPart[] = [];
    for (const { file, stack } of files) {
      const { plan, notes, stack: own } = await readPlan(file, args.folder);
      const name = own ?? stack ?? parse(file).name;
      parts.push({ stack: name, plan, showTexts: args["show-user-data"] === true, ...notes });
    }
    const title = args.title || (others.length === 0 ? first?.stack : undefined);
    const unjudged = fleetReview(parts, { writeXml, ...(title !== undefined && { title }), ...(await madeFrom(args.plan)) });
    const subjects = unjudged.stacks.map(({ name, review }, index) => {
      const plan = parts[index]?.plan;
      return { stack: name, review, facts: plan && policy?.factsOf(plan) };
    });
    const { reviews, result, code } = judge(policy, subjects);
    const fleet = { ...unjudged, ...(result && { policy: result }) };
    const [only] = reviews;
    if (args.html && only) process.stdout.write(renderHtml(only, title === undefined ? {} : { title }));
    else if (args.json) process.stdout.write(others.length === 0 && only ? renderJson(only) : renderFleetJson(fleet));
    else process.stdout.write(renderFleetMarkdown(fleet, { limit }));
    tellVerdicts(result, files.length > 1);
    return code;
  },
});

function limitOf(text: string | undefined): number {
  if (text === undefined) return LIMITS.github;
  if (Object.hasOwn(LIMITS, text)) return LIMITS[text as Forge];
  return positive("limit", text) ?? LIMITS.github;
}
