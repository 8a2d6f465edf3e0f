import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Engine, notesIn, parsePlan, type Plan, type PlanNotes } from "../../engine/index.ts";
import { CdkvmError } from "../../model/errors.ts";
import { evaluate, renderHtml, renderJson, renderMarkdown, review, rulesOf } from "../../review/index.ts";
import { usageError } from "../arguments.ts";
import { DONE, FAILED } from "../exit.ts";
import { shared } from "../options.ts";

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
  throw new CdkvmError({
    code: "CDKVM_PLAN_UNREADABLE",
    doing: `read the saved plan ${path}`,
    problem: "only an engine in a stack's folder can read it, and there is none that is set up here",
    fix: "go to the project's folder, give --folder, or review the output of `tofu show -json`",
  });
}

/** Reads the output of `show -json`, or a saved plan, which the engine reads in an initialized folder. */
async function readPlan(file: string, folder: string | undefined): Promise<{ plan: Plan; notes?: PlanNotes }> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new CdkvmError({
      code: "CDKVM_PLAN_MISSING",
      doing: "read the plan",
      problem: `there is no file ${path}`,
      fix: "save one with `cdkvm plan --out plan.tfplan`",
    });
  const start = await readFile(path);
  if (start.subarray(0, 2).toString() !== "PK") return { plan: parsePlan(start.toString("utf8")) };
  const engine = await Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  return { plan: await engine.show(path), notes: notesIn(start) };
}

/** The plans in a folder written by `plan --out`, each with its stack; otherwise the named plan. */
async function plansOf(path: string): Promise<readonly { readonly file: string; readonly stack?: string }[]> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [{ file: path }];
  const files = (await readdir(path)).filter((name) => name.endsWith(ENDING)).toSorted();
  if (files.length === 0)
    throw new CdkvmError({
      code: "CDKVM_PLAN_MISSING",
      doing: "read the plans",
      problem: `there is no saved plan in ${path}`,
      fix: `save them with \`cdkvm plan --out ${path}\``,
    });
  return files.map((name) => ({ file: join(path, name), stack: name.slice(0, -ENDING.length) }));
}

const ENDING = ".tfplan";

export default defineCommand({
  meta: { name: "review", description: "A saved plan for people: Markdown for a pull request, HTML, or data" },
  args: {
    plan: { type: "positional", required: true, description: "A saved plan, its JSON, or a folder of saved plans" },
    folder: {
      type: "string",
      description: "The stack's folder, for a saved plan (default: the plan's own, else one of the project here)",
      valueHint: "folder",
    },
    json: shared.json,
    html: { type: "boolean", description: "One HTML page" },
    title: { type: "string", description: "What is reviewed, for the heading: a stack's name, a pull request", valueHint: "text" },
    "fail-on": {
      type: "string",
      description: "Exit 1 on: data-loss, restart, network-loss, replace, delete; parted by commas",
      valueHint: "rules",
    },
    "show-user-data": shared["show-user-data"],
    color: shared.color,
  },
  async run({ args }) {
    const rules = (args["fail-on"] ? rulesOf(args["fail-on"]) : []).map((rule) => ({ rule, severity: "error" as const }));
    const plans = await plansOf(args.plan);
    if (plans.length > 1 && (args.html || args.json)) {
      const option = args.html ? "--html" : "--json";
      throw usageError(
        "review",
        `${option} is of one plan, and ${args.plan} has ${plans.length}`,
        `cdkvm review ${plans[0]?.file} ${option}`,
      );
    }
    let failed = false;
    for (const { file, stack } of plans) {
      const { plan, notes } = await readPlan(file, args.folder);
      const result = review(plan, { showTexts: args["show-user-data"] === true, ...notes });
      const title = [args.title, stack].filter((one) => one !== undefined && one !== "").join(" ");
      const options = title === "" ? {} : { title };
      if (file !== plans[0]?.file) process.stdout.write("\n");
      process.stdout.write(args.json ? renderJson(result) : args.html ? renderHtml(result, options) : renderMarkdown(result, options));
      for (const verdict of evaluate(result, rules)) {
        console.error(`${stack === undefined ? "" : `${stack}: `}${verdict.rule}: ${verdict.message}`);
        failed ||= verdict.severity === "error";
      }
    }
    return failed ? FAILED : DONE;
  },
});
