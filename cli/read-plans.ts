import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Engine, notesIn, parsePlan, type Plan, type PlanNotes } from "../engine/index.ts";
import { noFolderForPlan, noPlansIn, planMissing } from "./errors.ts";

const ENDING = ".tfplan";

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
export async function readPlan(file: string, folder: string | undefined): Promise<{ plan: Plan; notes?: PlanNotes }> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw planMissing(path);
  const start = await readFile(path);
  if (start.subarray(0, 2).toString() !== "PK") return { plan: parsePlan(start.toString("utf8")) };
  const engine = await Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  return { plan: await engine.show(path), notes: notesIn(start) };
}

/** The plans in a folder written by `plan --out`, each with its stack; otherwise the named plan. */
export async function plansOf(path: string): Promise<readonly { readonly file: string; readonly stack?: string }[]> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [{ file: path }];
  const files = (await readdir(path)).filter((name) => name.endsWith(ENDING)).toSorted();
  if (files.length === 0) throw noPlansIn(path);
  return files.map((name) => ({ file: join(path, name), stack: name.slice(0, -ENDING.length) }));
}
