import { stripVTControlCharacters } from "node:util";
import { EngineError } from "../engine/index.ts";
import { CdkvmError, messageOf } from "../model/errors.ts";
import { FileError } from "../model/file-error.ts";
import { ProgramError } from "../model/program-error.ts";
import { PlansOutdated } from "../plans/index.ts";
import { PolicyRefusal } from "./policy-refusal.ts";

export interface ErrorData {
  readonly code?: string;
  readonly problem: string;
  readonly [more: string]: unknown;
}

/** An error, for programs. */
export function errorData(error: unknown): ErrorData {
  if (!(error instanceof CdkvmError)) return { problem: messageOf(error) };
  const causes = error instanceof EngineError && error.causes.length > 1 ? error.causes : undefined;
  const place = error instanceof ProgramError ? error.place : error instanceof FileError ? error.problems[0] : undefined;
  return {
    ...error.details,
    ...(place && { file: place.file, line: place.line, column: place.column }),
    ...(error instanceof FileError && { problems: error.problems }),
    ...(error instanceof PlansOutdated && { differences: error.differences }),
    ...(error instanceof PolicyRefusal && { verdicts: error.verdicts }),
    cause: error.cause === undefined ? undefined : messageOf(error.cause),
    causes,
  };
}

/** An error, for people. */
export function errorText(error: unknown, stack = false): string {
  if (error instanceof CdkvmError) return stack && error.stack ? `${error.explain()}\n\n${error.stack}` : error.explain();
  if (error instanceof Error && error.name === "CLIError") return stripVTControlCharacters(error.message);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
