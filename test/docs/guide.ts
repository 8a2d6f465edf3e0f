import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { project, repository, run } from "../cli/cdkvm.ts";

/** The first block of a page in a language, as it stands there. */
export const firstBlock = (page: string, fence: "sh" | "ts"): string =>
  new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\`$`, "ms").exec(readFileSync(join(repository, page), "utf8"))?.[1] ?? "";

/** The commands of a page's first block of them, without their comments. */
export const firstCommands = (page: string): string[] =>
  firstBlock(page, "sh")
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+# .*/, ""));

/** A shell in the folder of a project with this program, where `cdkvm` is on PATH. */
export function shellIn(program: string, env: NodeJS.ProcessEnv = {}): (line: string) => ReturnType<typeof run> {
  const cwd = project({ "main.ts": program });
  const bin = join(cwd, "node_modules/.bin");
  mkdirSync(bin);
  symlinkSync(join(repository, "dist/cli/main.js"), join(bin, "cdkvm"));
  const path = `${bin}:${dirname(process.execPath)}:${process.env["PATH"]}`;
  return (line) => run("sh", ["-c", line], { cwd, env: { ...env, PATH: path } });
}
