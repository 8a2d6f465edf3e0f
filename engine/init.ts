import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { Environment } from "./environment.ts";
import type { FoundEngine } from "./find.ts";
import { platform } from "./release.ts";

/*
 * `init` is needed when the configuration's backend, providers or modules differ from the last init. The engine notices
 * only by failing. After each init, its inputs are recorded and compared before the next: the engine, the parts of the
 * configuration that init reads, the provider packages in terraform.d/plugins and the lock file. What the lock file names
 * must also exist.
 */

const lockName = ".terraform.lock.hcl";

export const dataFolder = (folder: string, env: Environment): string => resolve(folder, env["TF_DATA_DIR"] || ".terraform");

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

interface Requirements {
  readonly fingerprint: string;
  /** Modules from a local path can change without a configuration change. */
  readonly localModules: boolean;
  readonly modules: boolean;
}

interface Stamp {
  readonly fingerprint: string;
  readonly lock: string;
}

const stampPath = (folder: string, env: Environment): string => join(dataFolder(folder, env), "cdkvm-init.json");

const lockHash = async (folder: string): Promise<string> => {
  const text = await readFile(join(folder, lockName)).catch(() => undefined);
  return text === undefined ? "" : sha256(text);
};

/** Why `init` must run in the folder; undefined if the last init is still valid. */
export async function initReason(folder: string, engine: FoundEngine, env: Environment): Promise<string | undefined> {
  const text = await readFile(stampPath(folder, env), "utf8").catch(() => undefined);
  if (text === undefined) return "cdkvm has not initialized the folder yet";
  const stamp = JSON.parse(text) as Stamp;
  const now = await requirements(folder, engine);
  if (stamp.fingerprint !== now.fingerprint) return "the engine, backend, providers or modules have changed";
  if (stamp.lock !== (await lockHash(folder))) return `${lockName} has changed`;
  if (now.localModules) return "modules from local paths may have changed";
  if (now.modules && !existsSync(join(dataFolder(folder, env), "modules", "modules.json"))) return "modules are missing";
  for (const { address, version } of await lockedProviders(folder)) {
    const installed = join(dataFolder(folder, env), "providers", address, version, platform());
    if (!existsSync(installed)) return `provider ${address} ${version} is missing`;
  }
  return undefined;
}

/** Records that `init` has succeeded in the folder. */
export async function rememberInit(folder: string, engine: FoundEngine, env: Environment): Promise<void> {
  const stamp: Stamp = { fingerprint: (await requirements(folder, engine)).fingerprint, lock: await lockHash(folder) };
  await mkdir(dataFolder(folder, env), { recursive: true });
  await writeFile(stampPath(folder, env), JSON.stringify(stamp));
}

async function requirements(folder: string, engine: FoundEngine): Promise<Requirements> {
  const hash = createHash("sha256").update(`${engine.kind} ${engine.version} ${platform()}\n`);
  const sources: string[] = [];
  for (const name of (await readdir(folder)).toSorted()) {
    if (!/\.(tf|tofu)(\.json)?$/.test(name)) continue;
    const text = await readFile(join(folder, name), "utf8");
    const part = name.endsWith(".json") ? initPart(text) : undefined;
    if (part) sources.push(...part.sources);
    else if (/^\s*module\s/m.test(text)) sources.push("./");
    hash.update(`${name}\n${part ? part.text : text}\n`);
  }
  for (const [name, content] of await pluginFiles(folder)) hash.update(`${name} ${content}\n`);
  return { fingerprint: hash.digest("hex"), modules: sources.length > 0, localModules: sources.some((source) => source.startsWith(".")) };
}

/** What `init` reads of a JSON configuration; undefined if it is not JSON (the engine will report that). */
function initPart(text: string): { text: string; sources: string[] } | undefined {
  let configuration: Record<string, unknown>;
  try {
    configuration = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const blocks = (name: string): [string, unknown][] => [configuration[name]].flat().flatMap((part) => Object.entries(part ?? {}));
  const modules = blocks("module")
    .flatMap(([name, body]) =>
      [body].flat().map((one) => [name, (one as { source?: unknown }).source, (one as { version?: unknown }).version]),
    )
    .toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));
  const types = new Set([...blocks("resource"), ...blocks("data"), ...blocks("provider")].map(([type]) => type));
  return {
    text: JSON.stringify([configuration["terraform"], modules, [...types].toSorted()]),
    sources: modules.map(([, source]) => String(source)),
  };
}

/** The files under terraform.d/plugins with their content hashes; follows links. */
async function pluginFiles(folder: string, base = join(folder, "terraform.d", "plugins")): Promise<[string, string][]> {
  const entries = await readdir(base, { recursive: true, withFileTypes: true }).catch(() => []);
  const files: [string, string][] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path).catch(() => undefined);
    if (content) files.push([relative(base, path).split(sep).join("/"), sha256(content)]);
  }
  return files.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

export interface LockedProvider {
  /** `registry.opentofu.org/dmacvicar/libvirt` */
  readonly address: string;
  readonly version: string;
  readonly block: string;
}

const readLockFile = (folder: string): Promise<string> => readFile(join(folder, lockName), "utf8").catch(() => "");

const readBlocks = (text: string): LockedProvider[] =>
  [...text.matchAll(/^provider "([^"]+)" \{\n[\s\S]*?^\}\n?/gm)].map((match) => ({
    address: match[1] ?? "",
    version: /^\s*version\s*=\s*"([^"]+)"/m.exec(match[0])?.[1] ?? "",
    block: match[0],
  }));

/** The providers that the last `init` in the folder chose. */
export const lockedProviders = async (folder: string): Promise<LockedProvider[]> => readBlocks(await readLockFile(folder));

/**
 * Removes providers that ship with the configuration (host `terraform.local`, in terraform.d/plugins) from the lock file
 * if their package differs from the locked one: a newer cdkvm with the same provider version. The lock file protects
 * downloads; these are not downloaded, and a stale hash would make every `init` and plan fail.
 */
export async function dropStaleLocal(folder: string): Promise<void> {
  const text = await readLockFile(folder);
  let kept = text;
  for (const { address, version, block } of readBlocks(text)) {
    if (!address.startsWith("terraform.local/")) continue;
    const base = join(folder, "terraform.d", "plugins", address, version, platform());
    if (existsSync(base) && !block.includes(`"${await packageHash(folder, base)}"`)) kept = kept.replace(block, "");
  }
  if (kept !== text) await writeFile(join(folder, lockName), kept);
}

/** Go's directory hash, which the lock file stores as `h1:`. https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash#Hash1 */
async function packageHash(folder: string, base: string): Promise<string> {
  const lines = (await pluginFiles(folder, base)).map(([name, content]) => `${content}  ${name}\n`);
  return `h1:${createHash("sha256").update(lines.join("")).digest("base64")}`;
}
