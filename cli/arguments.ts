import type { CommandDef } from "citty";
import { unexpectedArgument, unknownOption, unknownValue, valueMissing } from "./usage-errors.ts";

interface Definition {
  readonly type?: string;
  readonly alias?: string | readonly string[];
  readonly options?: readonly string[];
  readonly valueHint?: string;
}

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
    if (!definition) throw unknownOption(name, flag, flags.keys());
    if (definition.type === "boolean") continue;
    const value = rest.length > 0 ? rest.join("=") : args[++index];
    if (value === undefined || value === "" || (rest.length === 0 && value.startsWith("-")))
      throw valueMissing(name, flag, definition.valueHint ?? definition.options?.join("|") ?? "value");
    if (definition.options && !definition.options.includes(value)) throw unknownValue(name, flag, value, definition.options);
  }
  const positionals = definitions.filter(([, { type }]) => type === "positional").map(([positional]) => positional);
  const extra = positionals.some((one) => one === "stacks" || one === "files") ? undefined : words[positionals.length];
  if (extra !== undefined) throw unexpectedArgument(name, extra);
}
