import type { Diagnostic, Path } from "../../protocol/resource.ts";

/** What of a configuration a host cannot do. */
export interface Finding {
  /** @default "error" */
  readonly severity?: Diagnostic["severity"];
  readonly path: Path;
  readonly summary: string;
  readonly fix: string;
  readonly likely?: string;
}
