import { CdkvmError, type ErrorDetails } from "./errors.ts";
import { excerpt, FileError, type FileProblem } from "./file-error.ts";

/** The location of a call in a user's program. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The text there. */
  readonly text: string;
  /** The whole line. */
  readonly source: string;
}

/** A program's error report for the command that runs it: JSON, in the file that CDKVM_ERRORS names. */
export interface ProgramReport {
  readonly details: Omit<ErrorDetails, "cause">;
  readonly place?: Place;
  readonly stack?: string;
  /** The problems of a file that the program reads, instead of a place in the program. */
  readonly file?: { readonly name: string; readonly problems: readonly FileProblem[] };
}

/** An error in the user's program, with the line that caused it. */
export class ProgramError extends CdkvmError {
  readonly place: Place | undefined;

  constructor({ details, place, stack }: ProgramReport) {
    super(details);
    this.name = "ProgramError";
    this.place = place;
    if (stack !== undefined) this.stack = stack;
  }

  override explain(): string {
    const { place } = this;
    return place ? `${super.explain()}\n\n${place.file}:${place.line}:${place.column}\n${excerpt(place)}` : super.explain();
  }
}

export const fromReport = (report: ProgramReport): CdkvmError =>
  report.file ? new FileError(report.details, report.file.name, report.file.problems) : new ProgramError(report);
