import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  Engine,
  isArchive,
  isEncrypted,
  notesIn,
  originOfPlan,
  parsePlan,
  type Plan,
  planEncrypted,
  planJsonIn,
  type PlanNotes,
} from "../engine/index.ts";
import type { HostFacts } from "../model/host-facts.ts";
import { MANIFEST, readManifest } from "../plans/index.ts";
import { type FleetReviewOptions, judgePlan, reviewOf } from "../review/index.ts";
import { noFolderForPlan, noPlansIn, planMissing } from "./errors.ts";
import type { OpenPolicy } from "./policy.ts";
import type { PlanAtGate } from "./policy-gate.ts";
import type { Stack } from "./stack.ts";

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

export interface ReadPlan {
  readonly plan: Plan;
  readonly notes?: PlanNotes;
  /** The stack that the plan was made of, if the file says. */
  readonly stack?: string | undefined;
}

/** Reads the output of `show -json`, or a saved plan, which the engine reads in an initialized folder. */
export async function readPlan(file: string, folder: string | undefined): Promise<ReadPlan> {
  const path = resolve(file);
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw planMissing(path);
  const start = await readFile(path);
  const engine = async (): Promise<Engine> => Engine.open(folder === undefined ? await folderFor(path) : resolve(folder));
  if (isEncrypted(start)) return { plan: await decrypted(path, await engine()) };
  if (!isArchive(start)) return { plan: parsePlan(start.toString("utf8")) };
  const stack = (await originOfPlan(path).catch(() => undefined))?.stack; // it may be of a folder that cdkvm did not write
  return { plan: await savedPlan(path, start, engine), notes: notesIn(start), stack };
}

/** A saved plan; the engine is run only for one that cdkvm did not save. */
async function savedPlan(path: string, file: Uint8Array, engine: () => Engine | Promise<Engine>): Promise<Plan> {
  if (isEncrypted(file)) return await decrypted(path, await engine());
  const json = planJsonIn(file);
  return json === undefined ? await (await engine()).show(path) : parsePlan(json);
}

/** A saved plan of a stack. @param engine of the stack */
export const readSavedPlan = async (path: string, engine: Engine): Promise<Plan> =>
  await savedPlan(path, await readFile(path), () => engine);

/** @throws CdkvmError CDKVM_PLAN_ENCRYPTED */
async function decrypted(path: string, engine: Engine): Promise<Plan> {
  return await engine.show(path).catch((cause: unknown) => {
    throw planEncrypted(path, cause);
  });
}

export interface PlanToApply extends PlanAtGate {
  readonly engine: Engine;
}

/** A saved plan of a stack that is about to be applied. @param engine of the stack */
export async function planToApply(
  stack: Stack,
  engine: Engine,
  path: string,
  policy: OpenPolicy | undefined,
  host?: HostFacts,
): Promise<PlanToApply> {
  const file = await readFile(path);
  const plan = await savedPlan(path, file, () => engine);
  const judged = judgePlan(plan, notesIn(file));
  return { stack, engine, review: reviewOf(plan, judged), facts: policy?.factsOf(plan, judged), ...(host && { host }) };
}

/** The plans in a folder written by `plan --out`, each with its stack; otherwise the named plan. */
export async function plansOf(path: string): Promise<readonly { readonly file: string; readonly stack?: string }[]> {
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return [{ file: path }];
  const files = (await readdir(path)).filter((name) => name.endsWith(ENDING)).toSorted();
  if (files.length === 0) throw noPlansIn(path);
  return files.map((name) => ({ file: join(path, name), stack: name.slice(0, -ENDING.length) }));
}

const ENDING = ".tfplan";

/** What an engine does at once unless it is told a number. */
const ENGINE_PARALLELISM = 10;

/** What the plans of a folder were made from, as its manifest says, and how they are applied. */
export interface MadeFrom extends Pick<FleetReviewOptions, "made" | "hosts" | "missing"> {
  readonly parallelism: number;
  /** Of each stack, those that are applied before it. */
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** The hosts' URIs of each stack, by the plan's file. */
  readonly urisOf: ReadonlyMap<string, readonly string[]>;
}

/** Undefined without a manifest. */
export async function madeFrom(folder: string): Promise<MadeFrom | undefined> {
  if (!existsSync(join(folder, MANIFEST))) return undefined;
  const { git, at, by, cdkvm, hosts, missing, stacks, parallelism = ENGINE_PARALLELISM } = await readManifest(folder);
  return {
    made: { ...git, at, by, cdkvm },
    hosts,
    missing: missing.map(({ name }) => name),
    parallelism,
    dependencies: new Map(stacks.map(({ name, dependencies }) => [name, dependencies])),
    urisOf: new Map(stacks.map((stack) => [stack.file, stack.hosts])),
  };
}

/** What is known of a stack's host, if it has one. */
export function hostAt(uris: readonly string[], hosts: Readonly<Record<string, HostFacts>> = {}): HostFacts | undefined {
  const [uri, ...others] = uris;
  return uri === undefined || others.length > 0 ? undefined : hosts[uri];
}
