/** `ok`; `warn`: works, but something common does not; `fail`: no guest can run. */
export type Health = "ok" | "warn" | "fail";

export interface Finding {
  readonly health: Health;
  /** The result. */
  readonly found: string;
  /** The command that fixes it, for display. */
  readonly fix?: string;
  /** Applies the fix. Absent if a person has to. */
  readonly repair?: (say: (line: string) => void) => Promise<void>;
}

/** One prerequisite of "getting started". */
export interface Check {
  readonly name: string;
  /** Never throws for what it checks; an error thrown anyway is shown as a failure. */
  readonly run: () => Promise<Finding>;
}

export const ok = (found: string): Finding => ({ health: "ok", found });
