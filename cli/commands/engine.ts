import { defineCommand } from "citty";
import { findEngine } from "../../engine/index.ts";
import { DONE } from "../exit.ts";
import { installEngineHere } from "../install-engine.ts";
import { shared } from "../options.ts";
import { Terminal } from "../terminal.ts";

const install = defineCommand({
  meta: {
    name: "install",
    description: "Install OpenTofu for cdkvm: the official release, or built from its Go module if that cannot be downloaded",
  },
  args: {
    method: {
      type: "enum",
      options: ["auto", "release", "build"],
      default: "auto",
      description: "Download the release, build it, or build it only if the download fails",
    },
    mirror: { type: "string", description: "Base URL of a mirror of the releases (default: CDKVM_ENGINE_MIRROR)", valueHint: "url" },
    force: { type: "boolean", description: "Reinstall it if it is already installed" },
    yes: { type: "boolean", description: "Install Debian's Go without asking, if the build needs it" },
    color: shared.color,
  },
  async run({ args }) {
    const terminal = new Terminal({ color: args.color });
    const found = await installEngineHere({
      method: args.method,
      force: args.force === true,
      say: (line) => terminal.say(line),
      ask: (question) => (args.yes ? Promise.resolve(true) : terminal.confirm(question, "--yes")),
      ...(args.mirror && { mirror: args.mirror }),
    });
    terminal.say(`${found.kind} ${found.version}  ${found.path}`);
    return DONE;
  },
});

const which = defineCommand({
  meta: { name: "which", description: "Show which engine is used" },
  args: { json: shared.json, color: shared.color },
  async run({ args }) {
    const found = await findEngine();
    if (args.json) console.log(JSON.stringify(found ?? null));
    else
      new Terminal({ color: args.color }).say(
        found ? `${found.kind} ${found.version}  ${found.path}` : "no engine found; `cdkvm engine install` installs one",
      );
    return found ? DONE : 1;
  },
});

export default defineCommand({
  meta: { name: "engine", description: "The engine that plans and applies: OpenTofu or Terraform" },
  subCommands: { install, which },
});
