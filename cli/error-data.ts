import { stripVTControlCharacters } from "node:util";
import { EngineError } from "../engine/index.ts";
import { CdkvmError, messageOf } from "../model/errors.ts";

/** An error for programs. */
export function errorData(error: unknown): object {
  if (!(error instanceof CdkvmError)) return { problem: messageOf(error) };
  const causes = error instanceof EngineError && error.causes.length > 1 ? error.causes : undefined;
  return { ...error.details, cause: error.cause === undefined ? undefined : messageOf(error.cause), causes };
}

/** An error for people. */
export function errorText(error: unknown): string {
  if (error instanceof CdkvmError) return error.explain();
  if (error instanceof Error && error.name === "CLIError") return stripVTControlCharacters(error.message);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
