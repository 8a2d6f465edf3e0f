import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandFailed } from "./errors.ts";
import { folder } from "./folder.ts";

const repository = join(import.meta.dirname, "../..");
export const program = join(import.meta.dirname, "program.ts");

/** Runs the command line as a user would, in the demo's project; returns its exit code. */
export async function cdkvm(...args: readonly string[]): Promise<number> {
  await writeFile(join(folder, "cdktf.json"), JSON.stringify({ language: "typescript", app: `node ${JSON.stringify(program)}` }));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(repository, "dist/cli/main.js"), ...args], {
      cwd: folder,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

export async function mustRun(...args: readonly string[]): Promise<void> {
  const code = await cdkvm(...args);
  if (code !== 0) throw commandFailed(args, code);
}
