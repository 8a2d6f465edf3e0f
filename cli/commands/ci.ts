import { defineCommand } from "citty";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ciFiles, ciForges } from "../ci-files.ts";
import { ciFilesDiffer } from "../errors.ts";
import { DONE } from "../exit.ts";
import { shared } from "../options.ts";
import { Terminal } from "../terminal.ts";
import { unknownForge } from "../usage-errors.ts";

/** What is left to do by hand. */
const NEXT: Readonly<Record<(typeof ciForges)[number], string>> = {
  github: "set the secret CDKVM_PLAN_KEY (openssl rand -hex 32) and protect the default branch",
  gitlab:
    "add `include: [{ local: .gitlab/cdkvm.yml }]` to .gitlab-ci.yml, set the variables CDKVM_PLAN_KEY and GITLAB_TOKEN, and add a pipeline schedule",
  forgejo: "set the secrets CDKVM_PLAN_KEY (openssl rand -hex 32) and CDKVM_TOKEN, and protect the default branch",
};

const init = defineCommand({
  meta: { name: "init", description: "Write CI files: plan on a request, apply on its merge, drift on a schedule" },
  args: {
    forge: { type: "positional", required: true, description: ciForges.join(", "), valueHint: ciForges.join("|") },
    folder: { type: "positional", required: false, default: ".", description: "The repository's folder (default: this one)" },
    force: { type: "boolean", description: "Overwrite files that differ" },
    color: shared.color,
  },
  async run({ args }) {
    const terminal = new Terminal({ color: args.color });
    const forge = ciForges.find((one) => one === args.forge);
    if (forge === undefined) throw unknownForge(args.forge, ciForges);
    const folder = resolve(args.folder);
    const files = Object.entries(ciFiles(forge)).filter(([path, content]) => {
      const here = join(folder, path);
      return !existsSync(here) || readFileSync(here, "utf8") !== content;
    });
    const differing = files.map(([path]) => path).filter((path) => existsSync(join(folder, path)));
    if (differing.length > 0 && !args.force) throw ciFilesDiffer(folder, differing);
    for (const [path, content] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
      terminal.say(`wrote ${join(args.folder, path)}`);
    }
    terminal.say(files.length === 0 ? "nothing to write: the files are as this version writes them" : `\nNext: ${NEXT[forge]}.`);
    return DONE;
  },
});

export default defineCommand({
  meta: { name: "ci", description: "Files for CI pipelines" },
  subCommands: { init },
});
