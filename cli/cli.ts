import { createRequire } from "node:module";
import { type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { nearest } from "../model/spelling.ts";
import { ExitCode } from "./exit.ts";

const version = (): string => {
  const require = createRequire(import.meta.url);
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return (require(path) as { version: string }).version;
    } catch {
      // the package's folder is one level further up when it runs from dist/
    }
  }
  return "0.0.0";
};

/** The commands by name; each file is loaded when its command runs. */
const commands = {
  init: () => import("./commands/init.ts").then((m) => m.default),
  synth: () => import("./commands/synth.ts").then((m) => m.default),
  list: () => import("./commands/list.ts").then((m) => m.default),
  plan: () => import("./commands/plan.ts").then((m) => m.default),
  apply: () => import("./commands/apply.ts").then((m) => m.default),
  destroy: () => import("./commands/destroy.ts").then((m) => m.default),
  output: () => import("./commands/output.ts").then((m) => m.default),
  review: () => import("./commands/review.ts").then((m) => m.default),
  console: () => import("./commands/console.ts").then((m) => m.default),
  doctor: () => import("./commands/doctor.ts").then((m) => m.default),
  engine: () => import("./commands/engine.ts").then((m) => m.default),
} as const satisfies Record<string, () => Promise<unknown>>;

const aliases: Readonly<Record<string, keyof typeof commands>> = { diff: "plan", deploy: "apply", ls: "list", synthesize: "synth" };

const root = defineCommand({
  meta: { name: "cdkvm", version: version(), description: "VM fleets as code: plan and apply guests, networks and storage on KVM hosts" },
  subCommands: commands as never,
});

/** Runs one command line; the result is the process's exit code. The only place that turns errors into one. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  try {
    if (first === undefined || first === "help" || first === "--help" || first === "-h") {
      console.log(await renderUsage(root));
      return first === undefined ? 1 : 0;
    }
    if (first === "--version" || first === "-v" || first === "version") {
      console.log(version());
      return 0;
    }
    const name = aliases[first] ?? first;
    if (!Object.hasOwn(commands, name)) {
      const close = nearest(first, [...Object.keys(commands), ...Object.keys(aliases)]);
      throw new CdkvmError({
        code: "CDKVM_USAGE",
        doing: "read the command line",
        problem: `there is no command "${first}"`,
        fix: close ? `did you mean \`cdkvm ${close}\`?` : "see `cdkvm --help`",
      });
    }
    let command = (await commands[name as keyof typeof commands]()) as CommandDef;
    let args = rest;
    const nested = command.subCommands as Record<string, CommandDef> | undefined;
    if (nested && args[0] !== undefined && Object.hasOwn(nested, args[0])) {
      command = nested[args[0]] as CommandDef;
      args = args.slice(1);
    } else if (nested && !args.includes("--help") && !args.includes("-h")) {
      throw new CdkvmError({
        code: "CDKVM_USAGE",
        doing: `read cdkvm ${name}`,
        problem: `it needs one of: ${Object.keys(nested).join(", ")}`,
        fix: `see \`cdkvm ${name} --help\``,
      });
    }
    if (args.includes("--help") || args.includes("-h")) {
      console.log(await renderUsage(command, root));
      return 0;
    }
    refuseUnknown(name, command, args);
    const { result } = await runCommand(command, { rawArgs: args });
    return typeof result === "number" ? result : 0;
  } catch (error) {
    return report(error, argv.includes("--json"));
  }
}

function refuseUnknown(name: string, command: CommandDef, args: readonly string[]): void {
  const defined = command.args as Record<string, { type?: string; alias?: string | string[] }> | undefined;
  const known = Object.entries(defined ?? {}).filter(([, arg]) => arg.type !== "positional");
  const flags = new Set(
    known.flatMap(([flag, { alias = [] }]) => [
      `--${flag}`,
      `--no-${flag}`,
      ...[alias].flat().map((one) => (one.length === 1 ? `-${one}` : `--${one}`)),
    ]),
  );
  const end = args.indexOf("--");
  for (const arg of end === -1 ? args : args.slice(0, end)) {
    const flag = arg.split("=")[0] ?? arg;
    if (!flag.startsWith("-") || flag === "-" || flags.has(flag)) continue;
    const close = nearest(flag, flags);
    throw new CdkvmError({
      code: "CDKVM_USAGE",
      doing: `read cdkvm ${name}`,
      problem: `there is no option ${flag}`,
      fix: close ? `did you mean ${close}?` : `see \`cdkvm ${name} --help\``,
    });
  }
}

function report(error: unknown, json: boolean): number {
  if (error instanceof ExitCode) return error.code;
  if (json) {
    const details =
      error instanceof CdkvmError
        ? { ...error.details, cause: error.cause === undefined ? undefined : messageOf(error.cause) }
        : { problem: messageOf(error) };
    console.error(JSON.stringify({ error: details }));
  } else if (error instanceof CdkvmError) console.error(`error: ${error.explain()}`);
  else if (error instanceof Error && error.name === "CLIError") console.error(`error: ${error.message}`);
  else console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}
