import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Engine, notesIn, originOfPlan, parsePlan, type Plan, type PlanNotes } from "../../engine/index.ts";
import { renderHtml, renderJson, renderMarkdown, review } from "../../review/index.ts";
import { noFolderForPlan, noPlansIn, planMissing } from "../errors.ts";
import { shared } from "../options.ts";
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

/** Reads the output of `show -json`, or a saved plan, which the engine reads in an initialized folder. */
async function readPlan(file: string, folder: string | undefined): Promise<{ plan: Plan; notes?: PlanNotes; stack?: string | undefined }> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw planMissing(path);
  const start = await readFile(path);
  if (start.subarray(0, 2).toString() !== "PK") return { plan: parsePlan(start.toString("utf8")) };
  const engine = await Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  const origin = await originOfPlan(path).catch(() => undefined); // OpenTofu can encrypt plans
  return { plan: await engine.show(path), notes: notesIn(start), stack: origin?.stack };
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
    const files = await plansOf(args.plan);
    const [first, ...others] = files;
    if (first && others.length > 0 && (args.html || args.json))
      throw severalPlans(args.html ? "--html" : "--json", args.plan, files.length, first.file);
    const plans = [];
    for (const { file, stack } of files) {
      const { plan, notes, stack: named } = await readPlan(file, args.folder);
      const result = review(plan, { showTexts: args["show-user-data"] === true, ...notes });
      plans.push({ heading: stack, stack: stack ?? named, review: result, facts: policy?.factsOf(plan) });
    }
    const { reviews, result, code } = judge(policy, plans);
    for (const [index, one] of reviews.entries()) {
      const title = [args.title, plans[index]?.heading].filter((word) => word !== undefined && word !== "").join(" ");
      const options = title === "" ? {} : { title };
      if (index > 0) process.stdout.write("\n");
      process.stdout.write(args.json ? renderJson(one) : args.html ? renderHtml(one, options) : renderMarkdown(one, options));
    }
    tellVerdicts(result, plans.length > 1);
    return code;
  },
});
