import type { CommandDef } from "citty";
import { CdkvmError } from "../model/errors.ts";
import { nearest } from "../model/spelling.ts";

interface Definition {
  readonly type?: string;
  readonly alias?: string | readonly string[];
  readonly options?: readonly string[];
  readonly valueHint?: string;
}

/** A command line error, with the most likely intended spelling. */
export const usageError = (command: string, problem: string, fix?: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_USAGE",
    doing: command === "" ? "read the command line" : `read cdkvm ${command}`,
    problem,
    fix: fix ?? `see \`cdkvm ${command === "" ? "" : `${command} `}--help\``,
  });

/** Rejects what the parser silently accepts: unknown options, options without their required value, and unused positionals. */
export function checkArguments(name: string, command: CommandDef, args: readonly string[]): void {
  const definitions = Object.entries((command.args ?? {}) as Readonly<Record<string, Definition>>);
  const flags = new Map<string, Definition>();
  for (const [flag, definition] of definitions) {
    if (definition.type === "positional") continue;
    for (const one of [flag, ...[definition.alias ?? []].flat()]) flags.set(one.length === 1 ? `-${one}` : `--${one}`, definition);
    if (definition.type === "boolean") flags.set(`--no-${flag}`, definition);
  }
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      words.push(...args.slice(index + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      words.push(arg);
      continue;
    }
    const [flag = arg, ...rest] = arg.split("=");
    const definition = flags.get(flag);
    if (!definition) {
      const close = nearest(flag, flags.keys());
      throw usageError(name, `there is no option ${flag}`, close && `did you mean ${close}?`);
    }
    if (definition.type === "boolean") continue;
    const value = rest.length > 0 ? rest.join("=") : args[++index];
    if (value === undefined || value === "" || (rest.length === 0 && value.startsWith("-")))
      throw usageError(name, `${flag} needs a value`, `${flag} <${definition.valueHint ?? definition.options?.join("|") ?? "value"}>`);
    if (definition.options && !definition.options.includes(value)) {
      const close = nearest(value, definition.options);
      throw usageError(
        name,
        `${flag} cannot be "${value}"`,
        close ? `did you mean ${close}?` : `it is one of: ${definition.options.join(", ")}`,
      );
    }
  }
  const positionals = definitions.filter(([, { type }]) => type === "positional").map(([positional]) => positional);
  const extra = positionals.includes("stacks") ? undefined : words[positionals.length];
  if (extra !== undefined) throw usageError(name, `there is nothing to do with "${extra}"`);
}
