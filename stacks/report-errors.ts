import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { FileError } from "../model/file-error.ts";
import { knownSecrets } from "../model/hidden.ts";
import type { Place, ProgramReport } from "../model/program-error.ts";
import { packageFolder } from "./own-package.ts";
import { near } from "./near.ts";

const SECRET = /((?:password|passwd|passphrase|token|secret|private_?key)\w*["']?\s*[:=]\s*)(["'`]).*?\2/gi;

/** The listener of this process: the command and the program may each load their own copy of cdkvm, with its own classes. */
const LISTENER = Symbol.for("cdkvm.reportErrors");

/**
 * Passes the error that ends the program to the command that runs it, which shows it with the user's line. If run alone, the
 * program ends as usual. The program's copy replaces the listener of one loaded earlier.
 */
export function reportErrors(): void {
  if (!process.env["CDKVM_ERRORS"]) return;
  const here = globalThis as { [LISTENER]?: NodeJS.UncaughtExceptionListener };
  if (here[LISTENER]) process.off("uncaughtException", here[LISTENER]);
  here[LISTENER] = ended;
  process.on("uncaughtException", ended);
}

function ended(error: unknown): void {
  // if a file does not parse, only Node may know the line, and it prints that only to the terminal
  if (error instanceof SyntaxError && placeIn(error.stack ?? "") === undefined) throw error;
  reportError(error);
  // a program with its own listener decides how it ends
  if (process.listenerCount("uncaughtException") === 1) process.exit(1);
}

/** Reports an error. Returns whether a command listens. */
export function reportError(error: unknown): boolean {
  const path = process.env["CDKVM_ERRORS"];
  if (!path) return false;
  const stack = error instanceof Error ? error.stack : undefined;
  const place = placeIn(stack ?? "");
  const report: ProgramReport = {
    details: detailsOf(error),
    ...(place && { place }),
    ...(stack !== undefined && { stack }),
    ...(error instanceof FileError && { file: { name: error.file, problems: error.problems } }),
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

/** By Node error code. */
const fixes: Readonly<Record<string, string>> = {
  ERR_MODULE_NOT_FOUND: "check the spelling; npm install brings the packages that package.json names",
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    'Node runs TypeScript by leaving its types out: write what stays without them (in place of an enum, an object), or have another program run it (npm install tsx; cdktf.json: "app": "npx tsx main.ts")',
};

/** Where a file could not be parsed; else the innermost call in the user's code: the cause, not the failed check. */
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

/** Node's header of an error in a file that it could not parse: the position, the lines, and marks below or beside them. */
function unreadIn(stack: string): Place | undefined {
  const [, url, line, frame = ""] = /^(file:\/\/[^\n]+):(\d+)\n([^]*?)\n+\w*Error\b/.exec(stack) ?? [];
  if (url === undefined) return undefined;
  const file = fileURLToPath(url);
  const source = readLine(file, Number(line));
  const [, indent = "", marks = ""] = /^( *)(\^+)$/m.exec(frame) ?? [];
  const isWhole = /^ {2}> /m.test(frame); // several lines, each preceded by a mark
  const from = marks !== "" ? indent.length : isWhole ? source.search(/\S|$/) : source.length;
  const text = source.slice(from, isWhole ? undefined : from + marks.length);
  return { file: near(file), line: Number(line), column: from + 1, text, source: hidden(source) };
}

const readLine = (file: string, line: number): string => readFileSync(file, "utf8").split(/\r?\n/)[line - 1] ?? "";
const hidden = (source: string): string => source.replace(SECRET, "$1$2***$2");

const isForeign = (file: string): boolean =>
  file.includes(`${sep}node_modules${sep}`) ||
  ["constructs", "fleet", "stacks", "model", "dist"].some((room) => file.startsWith(join(packageFolder(), room) + sep));
