import type { Diagnostic, Path } from "../../protocol/resource.ts";

/** Something in a configuration that a host does not support. */
export interface Finding {
  /** @default "error" */
  readonly severity?: Diagnostic["severity"];
  readonly path: Path;
  readonly summary: string;
  readonly fix: string;
  readonly likely?: string;
}
