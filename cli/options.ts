import type { ArgsDef } from "citty";
import { notADuration, notPositive } from "./usage-errors.ts";

/** Seconds. */
export const DEFAULT_LOCK_TIMEOUT = 30;

/** Options shared by several commands. */
export const shared = {
  stacks: {
    type: "positional",
    required: false,
    description: "Stacks, by name or glob (default: all), or a fleet file",
    valueHint: "stack... | fleet.yaml",
  },
  app: { type: "string", description: "Program that synthesizes the stacks (default: `app` in cdktf.json)", valueHint: "command" },
  output: { type: "string", description: "Folder to synthesize into (default: cdktf.out)", valueHint: "folder" },
  json: { type: "boolean", description: "Print JSON" },
  color: {
    type: "boolean",
    default: true,
    description: "Use colors if the terminal supports them",
    negativeDescription: "Do not use colors",
  },
  only: { type: "string", description: "Only these stacks, hosts or guests, separated by commas", valueHint: "host|guest" },
  events: { type: "string", description: "Append what happens to this file, as JSON lines", valueHint: "file" },
  "auto-approve": { type: "boolean", description: "Do not ask for approval" },
  parallelism: { type: "string", description: "Number of resources to process at once, per stack (default: 10)", valueHint: "n" },
  "lock-timeout": {
    type: "string",
    default: `${DEFAULT_LOCK_TIMEOUT}s`,
    description: "How long to wait for a locked state, per stack: 30s, 5m, 0",
    valueHint: "time",
  },
  "fail-fast": { type: "boolean", description: "Start no other stack after a failure" },
  "allow-in-use": {
    type: "boolean",
    description: "Allow removing what guests of other states are configured with, except disks of running guests",
  },
  "detailed-exitcode": { type: "boolean", description: "Exit with 2 if there are changes" },
  frozen: { type: "boolean", description: "Fail if guests of a fleet file are not in its lock file yet (default if CI is set)" },
  "show-user-data": { type: "boolean", description: "Show user data and other free text verbatim, including secrets" },
  untrusted: { type: "boolean", description: "Refuse a fleet file that uses anything other than its own guests, networks and storage" },
  stack: { type: "boolean", description: "Show the stack trace of an error in the program" },
  policy: { type: "string", description: "The policy file (default: cdkvm.policy.yaml, if there is one)", valueHint: "file" },
  "fail-on": {
    type: "string",
    description: "Rules that count as errors whatever the policy says, separated by commas; see `cdkvm policy list`",
    valueHint: "rules",
  },
  "max-restarts": { type: "string", description: "As --fail-on max-restarts=<n>: how many guests may go down", valueHint: "n" },
  allow: { type: "string", description: "An address or a name that no rule concerns; may be repeated", valueHint: "address" },
  verbose: { type: "boolean", description: "Also show the engine's own output" },
} as const satisfies ArgsDef;

/** How plan and apply treat the lock file of a fleet file. */
export const lockMode = (frozen = Boolean(process.env["CI"])): "write" | "frozen" => (frozen ? "frozen" : "write");

/** Parses an option as a positive integer. */
export function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw notPositive(name, text);
}

/** Parses an option as seconds: `30`, `30s`, `5m`. */
export function seconds(name: string, text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h|)$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1);
  throw notADuration(name, text);
}

/** All values of an option that may be repeated: the parser keeps only the last. */
export function repeated(name: string, args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).flatMap((one, index, all) => {
    if (one.startsWith(`--${name}=`)) return [one.slice(name.length + 3)];
    const value = one === `--${name}` ? all[index + 1] : undefined;
    return value === undefined ? [] : [value];
  });
}
