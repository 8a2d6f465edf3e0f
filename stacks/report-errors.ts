import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { FleetFileError } from "../model/fleet/error.ts";
import { knownSecrets } from "../model/hidden.ts";
import type { Place, ProgramReport } from "../model/program-error.ts";
import { packageFolder } from "./own-package.ts";
import { near } from "./near.ts";

const SECRET = /((?:password|passwd|passphrase|token|secret|private_?key)\w*["']?\s*[:=]\s*)(["'`]).*?\2/gi;

/** The listener of this process: the command and the program may each have their own copy of cdkvm, with classes of its own. */
const LISTENER = Symbol.for("cdkvm.reportErrors");

/**
 * Hands what ends the program on to the command that runs it, which shows it with the user's own line. Alone, it ends as ever.
 * The copy that the program has loaded takes over from that which was loaded before it.
 */
export function reportErrors(): void {
  if (!process.env["CDKVM_ERRORS"]) return;
  const here = globalThis as { [LISTENER]?: NodeJS.UncaughtExceptionListener };
  if (here[LISTENER]) process.off("uncaughtException", here[LISTENER]);
  here[LISTENER] = ended;
  process.on("uncaughtException", ended);
}

function ended(error: unknown): void {
  // where a file does not parse, Node alone may know the line; it tells that to the terminal only
  if (error instanceof SyntaxError && placeIn(error.stack ?? "") === undefined) throw error;
  reportError(error);
  // a program that listens by itself says how it ends
  if (process.listenerCount("uncaughtException") === 1) process.exit(1);
}

/** Whether somebody is there to be told. */
export function reportError(error: unknown): boolean {
  const path = process.env["CDKVM_ERRORS"];
  if (!path) return false;
  const stack = error instanceof Error ? error.stack : undefined;
  const place = placeIn(stack ?? "");
  const report: ProgramReport = {
    details: detailsOf(error),
    ...(place && { place }),
    ...(stack !== undefined && { stack }),
    ...(error instanceof FleetFileError && { fleet: { file: error.file, problems: error.problems } }),
  };
  writeFileSync(path, knownSecrets().hide(JSON.stringify(report)), { mode: 0o600 });
  return true;
}

function detailsOf(error: unknown): ProgramReport["details"] {
  if (error instanceof CdkvmError) {
    const { cause: _, ...details } = error.details;
    return details;
  }
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  const fix = fixes[(error as NodeJS.ErrnoException | null)?.code ?? ""];
  return {
    code: "CDKVM_PROGRAM",
    doing: "run the program",
    problem: name + messageOf(error).replaceAll(process.cwd() + sep, ""),
    ...(fix !== undefined && { fix }),
  };
}

/** By Node's code. */
const fixes: Readonly<Record<string, string>> = {
  ERR_MODULE_NOT_FOUND: "check the spelling; npm install brings the packages that package.json names",
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    'Node runs TypeScript by leaving its types out: write what stays without them (in place of an enum, an object), or have another program run it (npm install tsx; cdktf.json: "app": "npx tsx main.ts")',
};

/** Where a file could not be read; else the innermost call of the user's own: what led there, rather than what noticed. */
function placeIn(stack: string): Place | undefined {
  const unread = unreadIn(stack);
  if (unread !== undefined) return unread;
  for (const [, url = "", line = "", column = ""] of stack.matchAll(
    /^ +at .*?(?:\(|at |async )?((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/gm,
  )) {
    const file = url.startsWith("file:") ? fileURLToPath(url) : url;
    if (isForeign(file) || !existsSync(file)) continue;
    const source = hidden(readLine(file, Number(line)));
    const text = /^(?:new\s+)?[\w$.]+/.exec(source.slice(Number(column) - 1))?.[0] ?? "";
    return { file: near(file), line: Number(line), column: Number(column), text, source };
  }
  return undefined;
}

/** What Node puts above an error of a file that it could not read: the place, the lines, and marks below or beside them. */
function unreadIn(stack: string): Place | undefined {
  const [, url, line, frame = ""] = /^(file:\/\/[^\n]+):(\d+)\n([^]*?)\n+\w*Error\b/.exec(stack) ?? [];
  if (url === undefined) return undefined;
  const file = fileURLToPath(url);
  const source = readLine(file, Number(line));
  const [, indent = "", marks = ""] = /^( *)(\^+)$/m.exec(frame) ?? [];
  const isWhole = /^ {2}> /m.test(frame); // several lines, each with a mark before it
  const from = marks !== "" ? indent.length : isWhole ? source.search(/\S|$/) : source.length;
  const text = source.slice(from, isWhole ? undefined : from + marks.length);
  return { file: near(file), line: Number(line), column: from + 1, text, source: hidden(source) };
}

const readLine = (file: string, line: number): string => readFileSync(file, "utf8").split(/\r?\n/)[line - 1] ?? "";
const hidden = (source: string): string => source.replace(SECRET, "$1$2***$2");

const isForeign = (file: string): boolean =>
  file.includes(`${sep}node_modules${sep}`) ||
  ["constructs", "stacks", "model", "dist"].some((room) => file.startsWith(join(packageFolder(), room) + sep));
