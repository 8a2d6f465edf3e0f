import { defineCommand } from "citty";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { CdkvmError } from "../../model/errors.ts";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { templates } from "../templates.ts";
import { Terminal } from "../terminal.ts";

interface PackageJson {
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  [key: string]: unknown;
}

const stackName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "") || "lab";

/** This package's version, from its sources as well as from what is built of them. */
function ownVersion(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return (createRequire(import.meta.url)(join(folder, "package.json")) as { version: string }).version;
}

export default defineCommand({
  meta: { name: "init", description: "Start a project in this folder" },
  args: {
    folder: { type: "positional", required: false, default: ".", description: "Where (default: here)" },
    template: {
      type: "enum",
      options: Object.keys(templates),
      default: "blank",
      description: Object.entries(templates)
        .map(([name, { description }]) => `${name}: ${description}`)
        .join("; "),
    },
    color: shared.color,
  },
  async run({ args }) {
    const terminal = new Terminal({ color: args.color });
    const folder = resolve(args.folder);
    const packagePath = join(folder, "package.json");
    const before = existsSync(packagePath) ? (JSON.parse(readFileSync(packagePath, "utf8")) as PackageJson) : undefined;
    const name = stackName(folder);
    // A package of CommonJS stays one: the program says by its ending that it is a module.
    const main = before !== undefined && before.type !== "module" ? "main.mts" : "main.ts";
    const template = templates[args.template];
    if (!template)
      throw new CdkvmError({
        code: "CDKVM_USAGE",
        doing: "choose the template",
        problem: `there is no template "${args.template}"`,
        fix: `use one of ${Object.keys(templates).join(", ")}`,
      });
    const files = template.files({ name, main });
    const taken = Object.keys(files).filter((file) => file !== ".gitignore" && file !== "README.md" && existsSync(join(folder, file)));
    if (taken.length > 0)
      throw new CdkvmError({
        code: "CDKVM_INIT_TAKEN",
        doing: `start a project in ${folder}`,
        problem: `there is already ${taken.join(", ")}`,
        fix: "use an empty folder: cdkvm init <folder>",
      });
    await mkdir(folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      if (existsSync(join(folder, file))) continue;
      await writeFile(join(folder, file), content);
      terminal.say(`wrote ${join(args.folder, file)}`);
    }
    const installed = before?.dependencies?.["cdkvm"] ?? before?.devDependencies?.["cdkvm"];
    if (installed === undefined) {
      const after: PackageJson = {
        ...(before ?? { name, private: true, type: "module" }),
        dependencies: { ...before?.dependencies, cdkvm: `^${ownVersion()}` },
      };
      await writeFile(packagePath, `${JSON.stringify(after, null, 2)}\n`);
      terminal.say(`${before ? "added cdkvm to" : "wrote"} ${join(args.folder, "package.json")}`);
    }
    const file = args.template === "fleet" ? " fleet.yaml" : "";
    terminal.say(`\nNext: ${existsSync(join(folder, "node_modules", "cdkvm")) ? "" : "npm install && "}npx cdkvm plan${file}`);
    return DONE;
  },
});
