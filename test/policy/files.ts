import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { readPolicy, type PolicyOptions } from "../../policy/index.ts";

/** A folder with these files, until the test ends. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "cdkvm-policy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export const policyIn = (files: Readonly<Record<string, string>>, options: Omit<PolicyOptions, "folder"> = {}) =>
  readPolicy({ folder: folderWith(files), ...options });

/** The message of what a promise is rejected with. */
export const refusalOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "nothing is wrong",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
