import type { Message } from "../messages.ts";
import { DiagnosticsError } from "../resource.ts";
import type { Session } from "../session.ts";
import { upgradeJson } from "../values.ts";

/** Converts a stored state to this provider's tables, whichever version, or provider of the same types, stored it. */
export async function upgradeResourceState(
  session: Session<unknown>,
  request: Message<"UpgradeResourceStateRequest">,
): Promise<Message<"UpgradeResourceStateResponse">> {
  const { table, idOf } = session.resource(request.type_name);
  const json = request.raw_state?.json;
  if (json == null || json.length === 0) {
    throw new DiagnosticsError([
      { severity: "error", summary: `The stored state of ${request.type_name ?? "a resource"} has a format from before Terraform 0.12` },
    ]);
  }
  return { upgraded_state: upgradeJson(session.fields(table), json, (stored) => session.show(idOf?.(stored))) };
}
