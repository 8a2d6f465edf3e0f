import type { ArgsDef } from "citty";
import { CdkvmError } from "../model/errors.ts";

/** Seconds. */
export const DEFAULT_LOCK_TIMEOUT = 30;

/** Options shared by several commands. */
export const shared = {
  stacks: {
    type: "positional",
    required: false,
    description: "Stacks to work on, by name or glob (default: all), or a fleet file",
    valueHint: "stack... | fleet.yaml",
  },
  app: { type: "string", description: "The program that synthesizes (default: `app` in cdktf.json)", valueHint: "command" },
  output: { type: "string", description: "Folder to synthesize into (default: cdktf.out)", valueHint: "folder" },
  json: { type: "boolean", description: "Print data for programs" },
  color: { type: "boolean", default: true, description: "Colors, where the terminal has them", negativeDescription: "Without colors" },
  "auto-approve": { type: "boolean", description: "Ask nothing" },
  parallelism: { type: "string", description: "Resources to work on at once, for each stack (default: 10)", valueHint: "n" },
  "lock-timeout": {
    type: "string",
    default: `${DEFAULT_LOCK_TIMEOUT}s`,
    description: "How long to wait for a state that somebody else works on, for each stack: 30s, 5m, 0",
    valueHint: "time",
  },
  "fail-fast": { type: "boolean", description: "Begin no other stack after one has failed" },
  "allow-in-use": {
    type: "boolean",
    description: "Take away what guests of other states are defined with, but no disk that a guest runs on",
  },
  "detailed-exitcode": { type: "boolean", description: "Exit 2 where there are changes" },
  frozen: { type: "boolean", description: "Fail where the lock file of a fleet file would place more guests (default where CI is set)" },
  "show-user-data": { type: "boolean", description: "Show user data and other free texts as they are, secrets and all" },
  untrusted: { type: "boolean", description: "Refuse a fleet file that reaches for more than guests, networks and storage of its own" },
  stack: { type: "boolean", description: "With an error of the program's, all the calls that led to it" },
  verbose: { type: "boolean", description: "The engine's own text too" },
} as const satisfies ArgsDef;

/** How plan and apply treat the lock file of a fleet file. */
export const lockMode = (frozen = Boolean(process.env["CI"])): "write" | "frozen" => (frozen ? "frozen" : "write");

/** Parses an option as a positive integer. */
export function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new CdkvmError({
    code: "CDKVM_USAGE",
    doing: `read --${name}`,
    problem: `"${text}" is not a whole number above 0`,
    fix: `for example --${name} 4`,
  });
}

/** Parses an option as seconds: `30`, `30s`, `5m`. */
export function seconds(name: string, text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h|)$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
  throw new CdkvmError({
    code: "CDKVM_USAGE",
    doing: `read --${name}`,
    problem: `"${text}" is no time`,
    fix: `for example --${name} 90s, --${name} 5m, or --${name} 0`,
  });
}
