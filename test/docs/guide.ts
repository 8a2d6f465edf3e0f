import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../cli/cdkvm.ts";

/** The first block of a page in a language, as it stands there. */
export const firstBlock = (page: string, fence: "sh" | "ts"): string =>
  new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\`$`, "ms").exec(readFileSync(join(repository, page), "utf8"))?.[1] ?? "";

/** The commands of a page's first block of them, without their comments. */
export const firstCommands = (page: string): string[] =>
  firstBlock(page, "sh")
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+# .*/, ""));
