import { defineCommand } from "citty";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { commonJsPackage, filesExist } from "../errors.ts";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { needsOf, type PackageJson, findSource, readPackage, withNeeds } from "../package-json.ts";
import { templates } from "../templates.ts";
import { Terminal } from "../terminal.ts";
import { unknownTemplate } from "../usage-errors.ts";

const stackName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "") || "lab";

/** Describes the changes to the file. */
function changes(before: PackageJson, after: PackageJson): string {
  const names = (one: PackageJson): string[] => Object.keys({ ...one.dependencies, ...one.devDependencies });
  const added = names(after).filter((name) => !names(before).includes(name));
  return [
    ...(added.length > 0 ? [`added ${added.join(", ")}`] : []),
    ...(after.type === before.type ? [] : [`set type to ${after.type}`]),
  ].join(", ");
}

export default defineCommand({
  meta: { name: "init", description: "Start a project" },
  args: {
    folder: { type: "positional", required: false, default: ".", description: "The project's folder (default: this one)" },
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
    const before = readPackage(folder);
    const name = stackName(folder);
    const template = templates[args.template];
    if (!template) throw unknownTemplate(args.template, Object.keys(templates));
    const files = template.files({ name });
    const taken = Object.keys(files).filter((file) => file !== ".gitignore" && file !== "README.md" && existsSync(join(folder, file)));
    if (taken.length > 0) throw filesExist(folder, taken);
    const program = Object.hasOwn(files, "main.ts");
    const source = program && before !== undefined && before.type !== "module" ? await findSource(folder) : undefined;
    if (source !== undefined) throw commonJsPackage(folder, source);
    await mkdir(folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
      if (existsSync(join(folder, file))) continue;
      await writeFile(join(folder, file), content);
      terminal.say(`wrote ${join(args.folder, file)}`);
    }
    const after = withNeeds(before ?? { name, private: true, type: "module" }, program);
    if (!isDeepStrictEqual(after, before)) {
      await writeFile(join(folder, "package.json"), `${JSON.stringify(after, null, 2)}\n`);
      terminal.say(`${before ? "changed" : "wrote"} ${join(args.folder, "package.json")}${before ? `: ${changes(before, after)}` : ""}`);
    }
    const { dependencies, devDependencies } = needsOf(program);
    const installed = Object.keys({ ...dependencies, ...devDependencies }).every((one) => existsSync(join(folder, "node_modules", one)));
    const enter = args.folder === "." ? "" : `cd ${args.folder} && `;
    terminal.say(`\nNext: ${enter}${installed ? "" : "npm install && "}npx cdkvm plan${program ? "" : " fleet.yaml"}`);
    return DONE;
  },
});
