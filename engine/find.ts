import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { engineEnvironment, type Environment } from "./environment.ts";
import { engineNotFound, engineTooOld, notAnEngine, notExecutable, type SkippedProgram } from "./errors.ts";
import { runProcess } from "./process.ts";
import { openTofu } from "./release.ts";

export type EngineKind = "tofu" | "terraform";

export interface FoundEngine {
  readonly kind: EngineKind;
  /** `1.12.6` */
  readonly version: string;
  readonly path: string;
  /** How it was found: the variable CDKVM_ENGINE, PATH, or a cdkvm installation. */
  readonly from: "CDKVM_ENGINE" | "PATH" | "installed";
}

/** The oldest supported engine: OpenTofu starts there, and Terraform has all features used (`import`, `moved`, JSON views). */
export const oldestEngine: readonly [number, number] = [1, 6];

/** Where cdkvm installs engines. */
export const engineCache = (env: Environment = process.env): string => join(cacheFolder(env), "engine");

/** Looks up a program's full path in PATH, as a shell does. */
export async function onPath(name: string, env: Environment = process.env): Promise<string | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    const path = resolve(folder || ".", name);
    if (await isProgram(path)) return path;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Identifies a program; undefined if it is neither OpenTofu nor Terraform. */
export async function identify(path: string, env: Environment = process.env): Promise<{ kind: EngineKind; version: string } | undefined> {
  const { stdout } = await runProcess(path, ["version"], { cwd: "/", env: engineEnvironment(env) });
  const match = /^(OpenTofu|Terraform) v(\d+\.\d+\.\d+\S*)/m.exec(stdout);
  if (!match) return undefined;
  return { kind: match[1] === "OpenTofu" ? "tofu" : "terraform", version: match[2] ?? "" };
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestEngine[0] || (major === oldestEngine[0] && minor >= oldestEngine[1]);
}

/** Engines installed by cdkvm, the pinned version first, then the newest. */
async function installedEngines(env: Environment): Promise<string[]> {
  const cache = engineCache(env);
  const versions = (await readdir(cache).catch(() => [])).filter((name) => /^\d+\.\d+\.\d+$/.test(name));
  const rank = (version: string): number => (version === openTofu.version ? 1 : 0);
  versions.sort((a, b) => rank(b) - rank(a) || b.localeCompare(a, "en", { numeric: true }));
  return versions.map((version) => join(cache, version, "tofu"));
}

async function search(env: Environment): Promise<{ engine?: FoundEngine; skipped: readonly SkippedProgram[] }> {
  const skipped: SkippedProgram[] = [];
  const candidates: { path: string; from: FoundEngine["from"] }[] = [];
  const addOnPath = async (name: EngineKind): Promise<void> => {
    const path = await onPath(name, env);
    if (path !== undefined) candidates.push({ path, from: "PATH" });
  };
  await addOnPath("tofu");
  for (const path of await installedEngines(env)) candidates.push({ path, from: "installed" });
  await addOnPath("terraform");
  for (const { path, from } of candidates) {
    const identity = (await isProgram(path)) ? await identify(path, env).catch(() => undefined) : undefined;
    if (!identity) skipped.push({ path });
    else if (!isNewEnough(identity.version)) skipped.push({ path, version: identity.version });
    else return { engine: { ...identity, path, from }, skipped };
  }
  return { skipped };
}

/** The engine that CDKVM_ENGINE names; throws if it is not one, since the user asked for that one. */
async function namedEngine(name: string, env: Environment): Promise<FoundEngine> {
  const path = name.includes("/") ? resolve(name) : await onPath(name, env);
  if (path === undefined || !(await isProgram(path))) throw notExecutable(name);
  const identity = await identify(path, env);
  if (!identity) throw notAnEngine(path);
  if (!isNewEnough(identity.version)) throw engineTooOld(path, identity.version, oldestEngine.join("."));
  return { ...identity, path, from: "CDKVM_ENGINE" };
}

/**
 * The engine to run: the one CDKVM_ENGINE names (a path, or a name on PATH), else `tofu` on PATH, else an OpenTofu that cdkvm
 * installed, else `terraform` on PATH, else none. Skips programs that are too old, except a named one.
 */
export async function findEngine(env: Environment = process.env): Promise<FoundEngine | undefined> {
  const name = env["CDKVM_ENGINE"];
  return name ? await namedEngine(name, env) : (await search(env)).engine;
}

/** Like findEngine, but throws CDKVM_ENGINE_MISSING if there is none, listing what was skipped and why. */
export async function requireEngine(env: Environment = process.env): Promise<FoundEngine> {
  const name = env["CDKVM_ENGINE"];
  if (name) return await namedEngine(name, env);
  const { engine, skipped } = await search(env);
  if (engine) return engine;
  throw engineNotFound(skipped, oldestEngine.join("."));
}
