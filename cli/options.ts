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
