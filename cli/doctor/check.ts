/** `ok`; `warn`: works, but something common will not; `fail`: no guest can run. */
export type Health = "ok" | "warn" | "fail";

export interface Finding {
  readonly health: Health;
  /** What was found. */
  readonly found: string;
  /** The command that mends it, for a person to read. */
  readonly fix?: string;
  /** The same, done. Absent where a person has to. */
  readonly mend?: (say: (line: string) => void) => Promise<void>;
}

/** One thing that a newcomer's "getting started" asks for. */
export interface Check {
  readonly name: string;
  /** Never throws for what it looks for; a thrown error is shown as a failure. */
  readonly look: () => Promise<Finding>;
}

export const ok = (found: string): Finding => ({ health: "ok", found });
