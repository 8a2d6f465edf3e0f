/** Ends a command with this code when nothing is left to report. */
export class ExitCode extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Done, or nothing to do. */
export const DONE = 0;
/** An error, or the answer "no" to a question. */
export const FAILED = 1;
/** The policy forbids what the plan does. */
export const REFUSED = 3;
/** There are changes; used only with `--detailed-exitcode`. */
export const CHANGES = 2;
