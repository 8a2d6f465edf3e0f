import { encodeDiagnostics } from "../diagnostics.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";

/** No resource type accepts another type's state. */
export async function moveResourceState(
  _session: Session<unknown>,
  request: Message<"MoveResourceStateRequest">,
): Promise<Message<"MoveResourceStateResponse">> {
  const summary = `${request.source_type_name ?? "A resource"} cannot be moved to ${request.target_type_name ?? "another type"}`;
  const detail =
    "`moved` works between addresses of one resource type. Import the object at its new address and remove the old one from the state.";
  return { diagnostics: encodeDiagnostics([{ severity: "error", summary, detail }]) };
}
