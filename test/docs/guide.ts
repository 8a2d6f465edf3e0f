import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { project, repository, run } from "../cli/cdkvm.ts";

/** A block of code in a page. */
export interface Block {
  /** Its language; empty for what a command prints. */
  readonly fence: string;
  readonly text: string;
}

/** All blocks of a page, in order. */
export const blocksOf = (page: string): Block[] =>
  [...readFileSync(join(repository, page), "utf8").matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, fence = "", text = ""]) => ({
    fence,
    text,
  }));

/** The first block of a page in a language, as it stands there. */
export const firstBlock = (page: string, fence: "sh" | "ts"): string => blocksOf(page).find((one) => one.fence === fence)?.text ?? "";

/** The commands of a page's first block of them, without their comments. */
export const firstCommands = (page: string): string[] =>
  firstBlock(page, "sh")
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+# .*/, ""));

/** A shell in the folder of a project with this program, where `cdkvm` is on PATH. */
export const shellIn = (program: string, env: NodeJS.ProcessEnv = {}): Shell => shellFor(project({ "main.ts": program }), env);

export type Shell = (script: string) => ReturnType<typeof run>;

/** A shell in a folder that has cdkvm installed, where `cdkvm` is on PATH. */
export function shellFor(cwd: string, env: NodeJS.ProcessEnv = {}): Shell {
  const bin = join(cwd, "node_modules/.bin");
  mkdirSync(bin);
  symlinkSync(join(repository, "dist/cli/main.js"), join(bin, "cdkvm"));
  const path = `${bin}:${dirname(process.execPath)}:${process.env["PATH"]}`;
  return (script) => run("sh", ["-ec", script], { cwd, env: { ...env, PATH: path } });
}
