import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Where a state is stored. */
export interface Backend {
  /** `local`, `pg`, `s3`, … */
  readonly type: string;
  /** Its settings; null if unset. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** The backend of the last init; init records it, except for a local one without settings. */
export async function readBackend(dataFolder: string): Promise<Backend> {
  const text = await readFile(join(dataFolder, "terraform.tfstate"), "utf8").catch(() => "{}");
  const { backend } = JSON.parse(text) as { backend?: { type?: string; config?: Backend["config"] } };
  return { type: backend?.type ?? "local", config: backend?.config ?? {} };
}
