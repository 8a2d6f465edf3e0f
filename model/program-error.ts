import { CdkvmError, type ErrorDetails } from "./errors.ts";
import { excerpt, FleetFileError, type FleetProblem } from "./fleet/error.ts";

/** Where in a user's program something was called. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** What stands there. */
  readonly text: string;
  /** The whole line. */
  readonly source: string;
}

/** How a program tells the command that runs it what it ended with: JSON, in the file that CDKVM_ERRORS names. */
export interface ProgramReport {
  readonly details: Omit<ErrorDetails, "cause">;
  readonly place?: Place;
  readonly stack?: string;
  /** Of a fleet file, in place of a place. */
  readonly fleet?: { readonly file: string; readonly problems: readonly FleetProblem[] };
}

/** An error of the user's program, with the line of it that led there. */
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
  report.fleet ? new FleetFileError(report.fleet.file, report.fleet.problems) : new ProgramError(report);
