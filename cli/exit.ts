/** Ends a command with this code where everything has been said already. */
export class ExitCode extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Nothing to do, or done. */
export const DONE = 0;
/** An error, or the answer "no". */
export const FAILED = 1;
/** There are changes; only with `--detailed-exitcode`. */
export const CHANGES = 2;
