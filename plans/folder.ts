import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { planFolderIncomplete, planFolderNew, planFolderTaken, planManifestInvalid, planManifestMissing } from "./errors.ts";
import { replaceFile } from "./private-file.ts";
import { PROGRESS } from "./progress.ts";
import { FORMAT_VERSION, manifestSchema, type PlanManifest } from "./schema.ts";

export const MANIFEST = "manifest.json";

/** The name of a stack's plan in the folder. */
export const planFile = (stack: string): string => `${stack}.tfplan`;

/**
 * Prepares the folder for the plans of these stacks: removes those of the run before, which its manifest names, and writes a manifest in
 * which all are missing. Whatever stops the run from here on, the folder says so.
 *
 * @throws CdkvmError CDKVM_PLAN_FOLDER_TAKEN if another file is in the way
 */
export async function beginFolder(
  folder: string,
  manifest: Omit<PlanManifest, "stacks" | "missing" | "hosts">,
  stacks: readonly string[],
): Promise<void> {
  const path = resolve(folder);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const before = await readManifest(path).catch(() => undefined);
  const own = before === undefined ? [] : [...[...before.stacks, ...before.missing].map(({ file }) => file), PROGRESS, MANIFEST];
  const missing = stacks.map((name) => ({ name, file: planFile(name) }));
  const there = await readdir(path);
  const wanted = [MANIFEST, PROGRESS, ...missing.map(({ file }) => file)];
  const taken = wanted.filter((name) => there.includes(name) && !own.includes(name));
  if (taken.length > 0) throw planFolderTaken(folder, taken);
  await writeManifest(path, { ...manifest, stacks: [], missing, hosts: {} });
  await Promise.all(own.filter((name) => name !== MANIFEST).map((name) => rm(join(path, name), { force: true })));
}

/** Replaces the manifest in one step. */
export async function writeManifest(folder: string, manifest: PlanManifest): Promise<void> {
  await replaceFile(join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** @throws CdkvmError CDKVM_PLAN_MISSING, CDKVM_PLAN_MANIFEST */
export async function readManifest(folder: string): Promise<PlanManifest> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw planManifestMissing(folder, cause);
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw planManifestInvalid(path, cause);
  }
  const version = (data as { readonly formatVersion?: unknown } | null)?.formatVersion;
  if (typeof version === "number" && version > FORMAT_VERSION) throw planFolderNew(path, version, FORMAT_VERSION);
  const parsed = manifestSchema.safeParse(data);
  if (!parsed.success) throw planManifestInvalid(path, parsed.error);
  return parsed.data;
}

/** The manifest of a folder with a plan for each of its stacks. @throws CdkvmError CDKVM_PLAN_MISSING, CDKVM_PLAN_MANIFEST, CDKVM_PLAN_INCOMPLETE */
export async function completeManifest(folder: string): Promise<PlanManifest> {
  const manifest = await readManifest(folder);
  if (manifest.missing.length > 0)
    throw planFolderIncomplete(
      folder,
      manifest.missing.map(({ name }) => name),
    );
  return manifest;
}
