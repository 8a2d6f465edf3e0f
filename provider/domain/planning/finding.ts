import type { AttributePath } from "../../../model/values.ts";
import type { Diagnostic } from "../../protocol/resource.ts";

/** Something in a configuration that libvirt, or this host, does not support. */
export interface Finding {
  /** @default "error" */
  readonly severity?: Diagnostic["severity"];
  readonly path: AttributePath;
  readonly summary: string;
  readonly fix: string;
  readonly likely?: string;
}

export const diagnosticOf = ({ severity = "error", path, summary, likely, fix }: Finding): Diagnostic => ({
  severity,
  summary,
  detail: `${likely === undefined ? "" : `  likely: ${likely}\n`}  fix: ${fix}`,
  path,
});
