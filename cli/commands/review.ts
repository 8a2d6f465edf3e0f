import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";
import { Engine, notesIn, originOfPlan, parsePlan, type Plan, planJsonIn, type PlanNotes } from "../../engine/index.ts";
import {
  evaluate,
  type FleetPart,
  fleetReview,
  type Forge,
  LIMITS,
  renderFleetJson,
  renderFleetMarkdown,
  renderHtml,
  renderJson,
  rulesOf,
} from "../../review/index.ts";
import { noFolderForPlan, noPlansIn, planMissing } from "../errors.ts";
import { DONE, FAILED } from "../exit.ts";
import { positive, shared } from "../options.ts";
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
  const { stack } = await originOfPlan(path);
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
    const fleet = fleetReview(parts, title === undefined ? {} : { title });
    const [only] = fleet.stacks;
    if (args.html && only) process.stdout.write(renderHtml(only.review, title === undefined ? {} : { title }));
    else if (args.json) process.stdout.write(others.length === 0 && only ? renderJson(only.review) : renderFleetJson(fleet));
    else process.stdout.write(renderFleetMarkdown(fleet, { limit }));
    let failed = false;
    for (const { name, review } of fleet.stacks)
      for (const verdict of evaluate(review, rules)) {
        console.error(`${files.length > 1 ? `${name}: ` : ""}${verdict.rule}: ${verdict.message}`);
        failed ||= verdict.severity === "error";
      }
    return failed ? FAILED : DONE;
  },
});

function limitOf(text: string | undefined): number {
  if (text === undefined) return LIMITS.github;
  if (Object.hasOwn(LIMITS, text)) return LIMITS[text as Forge];
  return positive("limit", text) ?? LIMITS.github;
}
