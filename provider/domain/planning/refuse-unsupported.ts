import type { PlannedChange } from "../../../attributes/plan.ts";
import { overlaps, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import { DiagnosticsError, type Context } from "../../protocol/resource.ts";
import { unsupported } from "./capabilities.ts";
import { beyondHost } from "./host-memory.ts";
import { missingPaths } from "./host-paths.ts";
import { unknownNames } from "./unknown-names.ts";

/**
 * Checks a configuration against the host: refuses what it does not support, and warns of what it does not know.
 * @param changes of an existing guest: what it already has is not checked
 */
export async function refuseUnsupported(config: Values, { client, warn }: Context<Host>, changes: readonly PlannedChange[]): Promise<void> {
  const isNew = changes.length === 0;
  const concerns = ({ path = [] }: { readonly path?: PlannedChange["path"] }): boolean =>
    isNew || changes.some((change) => overlaps(path, change.path));
  const found = await Promise.all([unsupported(client, config), beyondHost(client, config), missingPaths(client, config, concerns)]);
  const findings = found.flat().filter(concerns);
  if (findings.some(({ severity }) => severity === "error")) throw new DiagnosticsError(findings);
  for (const finding of [...findings, ...(await unknownNames(client, config)).filter(concerns)]) warn(finding);
}
