import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type FoundEngine, findEngine, identify, onPath } from "../../engine/find.ts";

/** Every real engine on this machine: the one that cdkvm runs, and the other kind on PATH. */
export async function realEngines(): Promise<FoundEngine[]> {
  const engines = new Map<string, FoundEngine>();
  const add = (engine: FoundEngine | undefined): void => void (engine && !engines.has(engine.kind) && engines.set(engine.kind, engine));
  add(await findEngine());
  add(await findEngine({ ...process.env, CDKVM_ENGINE: "", PATH: "" }));
  for (const name of ["tofu", "terraform"]) {
    const path = await onPath(name);
    const identity = path && (await identify(path));
    if (identity) add({ ...identity, path, from: "PATH" });
  }
  return [...engines.values()];
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cdkvm-engine-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const configure = (folder: string, configuration: unknown): Promise<void> =>
  writeFile(join(folder, "cdk.tf.json"), JSON.stringify(configuration));

/** A folder with one stack of built-in resources: it needs no provider. */
export async function stack(resources: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<string> {
  const folder = await temporaryFolder();
  await configure(folder, {
    terraform: { backend: { local: { path: "terraform.test.tfstate" } } },
    resource: { terraform_data: resources },
    ...more,
  });
  return folder;
}
