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

let listens = false;

/** Hands what ends the program on to the command that runs it, which shows it with the user's own line. Alone, it ends as ever. */
export function reportErrors(): void {
  if (listens || !process.env["CDKVM_ERRORS"]) return;
  listens = true;
  process.on("uncaughtException", (error) => {
    reportError(error);
    // a program that listens by itself says how it ends
    if (process.listenerCount("uncaughtException") === 1) process.exit(1);
  });
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
  return { code: "CDKVM_PROGRAM", doing: "run the program", problem: name + messageOf(error) };
}

/** The innermost call of the user's own in a stack trace: what led there, rather than what noticed. */
function placeIn(stack: string): Place | undefined {
  for (const [, url = "", line = "", column = ""] of stack.matchAll(
    /^ +at .*?(?:\(|at |async )?((?:file:\/\/)?\/[^()]*?):(\d+):(\d+)\)?$/gm,
  )) {
    const file = url.startsWith("file:") ? fileURLToPath(url) : url;
    if (isForeign(file) || !existsSync(file)) continue;
    const source = (readFileSync(file, "utf8").split(/\r?\n/)[Number(line) - 1] ?? "").replace(SECRET, "$1$2***$2");
    const text = /^(?:new\s+)?[\w$.]+/.exec(source.slice(Number(column) - 1))?.[0] ?? "";
    return { file: near(file), line: Number(line), column: Number(column), text, source };
  }
  return undefined;
}

const isForeign = (file: string): boolean =>
  file.includes(`${sep}node_modules${sep}`) ||
  ["constructs", "stacks", "model", "dist"].some((room) => file.startsWith(join(packageFolder(), room) + sep));
