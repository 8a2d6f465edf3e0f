import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Engine, notesIn, parsePlan, type Plan, type PlanNotes } from "../../engine/index.ts";
import { evaluate, renderHtml, renderJson, renderMarkdown, review, rulesOf } from "../../review/index.ts";
import { noFolderForPlan, noPlansIn, planMissing } from "../errors.ts";
import { DONE, FAILED } from "../exit.ts";
import { shared } from "../options.ts";
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
async function readPlan(file: string, folder: string | undefined): Promise<{ plan: Plan; notes?: PlanNotes }> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw planMissing(path);
  const start = await readFile(path);
  if (start.subarray(0, 2).toString() !== "PK") return { plan: parsePlan(start.toString("utf8")) };
  const engine = await Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  return { plan: await engine.show(path), notes: notesIn(start) };
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
