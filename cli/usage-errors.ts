import { CdkvmError } from "../model/errors.ts";
import { didYouMean, nearest } from "../model/spelling.ts";

/** The errors of the command line itself. `command` is the command as typed: `plan`, `engine install`; empty for none. */

const usageError = (command: string, problem: string, fix?: string): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_USAGE",
    doing: command === "" ? "read the command line" : `read cdkvm ${command}`,
    problem,
    fix: fix ?? `see \`cdkvm ${command === "" ? "" : `${command} `}--help\``,
  });

export const unknownCommand = (word: string, known: readonly string[]): CdkvmError => {
  const near = nearest(word, known);
  return usageError("", `unknown command "${word}"`, near && didYouMean(`\`cdkvm ${near}\``));
};

/** @param word undefined if no subcommand was given */
export const unknownSubcommand = (command: string, word: string | undefined, known: readonly string[]): CdkvmError => {
  const near = word === undefined ? undefined : nearest(word, known);
  return usageError(
    command,
    word === undefined ? "the subcommand is missing" : `unknown subcommand "${word}"`,
    near ? didYouMean(`\`cdkvm ${command} ${near}\``) : `use one of ${known.join(", ")}`,
  );
};

export const unknownOption = (command: string, flag: string, known: Iterable<string>): CdkvmError => {
  const near = nearest(flag, known);
  return usageError(command, `unknown option ${flag}`, near && didYouMean(near));
};

/** @param hint what the value is: `time`, `n` */
export const valueMissing = (command: string, flag: string, hint: string): CdkvmError =>
  usageError(command, `${flag} requires a value`, `write ${flag} <${hint}>`);

export const unknownValue = (command: string, flag: string, value: string, known: readonly string[]): CdkvmError => {
  const near = nearest(value, known);
  return usageError(command, `invalid value "${value}" for ${flag}`, near ? didYouMean(near) : `use one of ${known.join(", ")}`);
};

export const unexpectedArgument = (command: string, argument: string): CdkvmError =>
  usageError(command, `unexpected argument "${argument}"`);

const invalidOption = (name: string, problem: string, fix: string): CdkvmError =>
  new CdkvmError({ code: "CDKVM_USAGE", doing: `read --${name}`, problem, fix });

export const notPositive = (name: string, text: string): CdkvmError =>
  invalidOption(name, `"${text}" is not a whole number above 0`, `for example --${name} 4`);

export const notADuration = (name: string, text: string): CdkvmError =>
  invalidOption(name, `"${text}" is not a duration`, `for example --${name} 90s, --${name} 5m, or --${name} 0`);

export const untrustedProgram = (): CdkvmError =>
  invalidOption(
    "untrusted",
    "the option is for fleet files, but this is a program, which can do anything that you can",
    "use a fleet file: cdkvm plan fleet.yaml --untrusted",
  );

export const autoApproveWithoutHeal = (): CdkvmError =>
  usageError("drift", "--auto-approve is for --heal: nothing else of it changes anything", "cdkvm drift --heal --auto-approve");

export const severalStacksForPlan = (count: number): CdkvmError =>
  usageError(
    "apply",
    `a saved plan belongs to one stack, but ${count} are selected`,
    "name the stack: cdkvm apply <stack> --plan <file>, or use the folder of all plans",
  );

/** @throws CdkvmError if one of the options is set: a saved plan has decided that already */
export function refusePlanOptions(args: Readonly<Record<string, unknown>>, options: readonly string[]): void {
  const given = options.find((name) => args[name] !== undefined);
  if (given === undefined) return;
  throw usageError("apply", `--${given} has no effect on a saved plan, which is applied as it is`, `use --${given} with \`cdkvm plan\``);
}

export const continueWithoutFolder = (): CdkvmError =>
  usageError("apply", "--continue is for a folder of plans: everything else is planned anew", "cdkvm apply plans/ --continue");

export const notOneStack = (count: number): CdkvmError => usageError("unlock", `it unlocks one stack, but ${count} are selected`);

export const unknownFormat = (name: string, known: readonly string[]): CdkvmError =>
  usageError("review", `there is no format "${name}"`, `--format ${known.join("|")}`);

export const severalFormats = (formats: readonly string[]): CdkvmError =>
  usageError("review", `it prints one format, but ${formats.join(" and ")} are asked for`);

export const unknownForge = (name: string, known: readonly string[]): CdkvmError =>
  usageError("ci init", `unknown forge "${name}"`, `use one of ${known.join(", ")}`);

export const unknownTemplate = (name: string, known: readonly string[]): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_USAGE",
    doing: "choose the template",
    problem: `unknown template "${name}"`,
    fix: `use one of ${known.join(", ")}`,
  });
