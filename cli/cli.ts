import { stripVTControlCharacters } from "node:util";
import { type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { packageVersion } from "../stacks/own-package.ts";
import { checkArguments } from "./arguments.ts";
import { errorData, errorText } from "./error-data.ts";
import { ExitCode } from "./exit.ts";
import { jsonText, printable } from "./print.ts";
import { Terminal } from "./terminal.ts";
import { unknownCommand, unknownSubcommand } from "./usage-errors.ts";

/** The commands by name. Each file is loaded when its command runs. */
const commands = {
  init: () => import("./commands/init.ts").then((m) => m.default),
  synth: () => import("./commands/synth.ts").then((m) => m.default),
  list: () => import("./commands/list.ts").then((m) => m.default),
  plan: () => import("./commands/plan.ts").then((m) => m.default),
  drift: () => import("./commands/drift.ts").then((m) => m.default),
  apply: () => import("./commands/apply.ts").then((m) => m.default),
  destroy: () => import("./commands/destroy.ts").then((m) => m.default),
  import: () => import("./commands/import.ts").then((m) => m.default),
  output: () => import("./commands/output.ts").then((m) => m.default),
  unlock: () => import("./commands/unlock.ts").then((m) => m.default),
  review: () => import("./commands/review.ts").then((m) => m.default),
  policy: () => import("./commands/policy.ts").then((m) => m.default),
  comment: () => import("./commands/comment.ts").then((m) => m.default),
  ci: () => import("./commands/ci.ts").then((m) => m.default),
  console: () => import("./commands/console.ts").then((m) => m.default),
  doctor: () => import("./commands/doctor.ts").then((m) => m.default),
  engine: () => import("./commands/engine.ts").then((m) => m.default),
} as const satisfies Record<string, () => Promise<unknown>>;

const aliases: Readonly<Record<string, keyof typeof commands>> = { diff: "plan", deploy: "apply", ls: "list", synthesize: "synth" };

const root = defineCommand({
  meta: {
    name: "cdkvm",
    version: packageVersion(),
    description: "VM fleets as code: plan and apply guests, networks and storage on KVM hosts",
  },
  subCommands: commands as never,
});

/** Help, in color if the terminal supports it. */
async function showUsage(command: CommandDef, parent?: CommandDef): Promise<void> {
  const usage = await renderUsage(command, parent);
  console.log(new Terminal().colored ? usage : stripVTControlCharacters(usage).replaceAll(/[ \t]+$/gm, ""));
}

const wantsHelp = (args: readonly string[]): boolean => args.includes("--help") || args.includes("-h");

/** Runs one command line and returns the process's exit code. The only place that turns errors into exit codes. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  try {
    if (first === undefined || first === "help" || first === "--help" || first === "-h") {
      await showUsage(root);
      return first === undefined ? 1 : 0;
    }
    if (first === "--version" || first === "-v" || first === "version") {
      console.log(packageVersion());
      return 0;
    }
    const name = aliases[first] ?? first;
    if (!Object.hasOwn(commands, name)) throw unknownCommand(first, [...Object.keys(commands), ...Object.keys(aliases)]);
    const outer = (await commands[name as keyof typeof commands]()) as CommandDef;
    const inner = outer.subCommands as Readonly<Record<string, CommandDef>> | undefined;
    if (!inner) return await runOne(name, outer, rest);
    const [word, ...others] = rest;
    const chosen = word !== undefined && Object.hasOwn(inner, word) ? inner[word] : undefined;
    if (chosen) return await runOne(`${name} ${word}`, chosen, others);
    if (!wantsHelp(rest)) throw unknownSubcommand(name, word, Object.keys(inner));
    await showUsage(outer, root);
    return 0;
  } catch (error) {
    return report(error, { json: argv.includes("--json"), stack: rest.includes("--stack") && first !== "import" });
  }
}

/** @param name the command as typed: `plan`, `engine install` */
async function runOne(name: string, command: CommandDef, args: readonly string[]): Promise<number> {
  if (wantsHelp(args)) {
    const before = name.split(" ").slice(0, -1);
    await showUsage(command, defineCommand({ meta: { name: ["cdkvm", ...before].join(" "), version: packageVersion() } }));
    return 0;
  }
  checkArguments(name, command, args);
  const { result } = await runCommand(command, { rawArgs: [...args] });
  return typeof result === "number" ? result : 0;
}

function report(error: unknown, { json, stack }: { readonly json: boolean; readonly stack: boolean }): number {
  if (error instanceof ExitCode) return error.code;
  if (json) console.error(jsonText({ error: errorData(error) }));
  else console.error(`error: ${printable(errorText(error, stack), false)}`);
  return 1;
}
