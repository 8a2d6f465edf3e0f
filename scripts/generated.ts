import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes generated files into a folder and removes those of earlier runs. With `--check` on the command line it changes nothing,
 * and fails the process if a file differs from its script's output.
 */
export function writeOrCheck(folder: string, files: ReadonlyMap<string, string>, gone: readonly string[], script: string): void {
  const stale = [...files].filter(([name, content]) => {
    const path = join(folder, name);
    return !existsSync(path) || readFileSync(path, "utf8") !== content;
  });
  if (process.argv.includes("--check")) {
    const wrong = [...stale.map(([name]) => name), ...gone];
    if (wrong.length === 0) return;
    console.error(`not what ${script} writes: ${wrong.join(", ")}; run \`npm run generate\``);
    process.exitCode = 1;
    return;
  }
  for (const [name, content] of stale) writeFileSync(join(folder, name), content);
  for (const name of gone) rmSync(join(folder, name));
}
