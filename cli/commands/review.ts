import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Engine, parsePlan, type Plan } from "../../engine/index.ts";
import { CdkvmError } from "../../model/errors.ts";
import { evaluate, renderHtml, renderJson, renderMarkdown, review, rulesOf } from "../../review/index.ts";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";

/**
 * A folder in which an engine can read the plan: the plan's own, else a stack's of the project here. Any stack does,
 * since only the providers' schemas are needed.
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

/** A plan as `show -json` prints it, or a saved plan, which the engine reads in a folder that is set up for it. */
async function readPlan(file: string, folder: string | undefined): Promise<Plan> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new CdkvmError({
      code: "CDKVM_PLAN_MISSING",
      doing: "read the plan",
      problem: `there is no file ${path}`,
      fix: "save one with `cdkvm plan --out plan.tfplan`",
    });
  const start = await readFile(path);
  if (start.subarray(0, 2).toString() !== "PK") return parsePlan(start.toString("utf8"));
  const engine = await Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  return await engine.show(path);
}

export default defineCommand({
  meta: { name: "review", description: "A saved plan for people: Markdown for a pull request, HTML, or data" },
  args: {
    plan: { type: "positional", required: true, description: "A saved plan, or its JSON" },
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
    const rules = args["fail-on"] ? rulesOf(args["fail-on"]) : [];
    const result = review(await readPlan(args.plan, args.folder), { showTexts: args["show-user-data"] === true });
    const options = { ...(args.title && { title: args.title }) };
    process.stdout.write(args.json ? renderJson(result) : args.html ? renderHtml(result, options) : renderMarkdown(result, options));
    const verdicts = evaluate(
      result,
      rules.map((rule) => ({ rule, severity: "error" as const })),
    );
    for (const verdict of verdicts) console.error(`${verdict.rule}: ${verdict.message}`);
    return verdicts.some((one) => one.severity === "error") ? 1 : DONE;
  },
});
