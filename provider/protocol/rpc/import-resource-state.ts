import { attempt, deferral } from "../call.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { encodeValues } from "../values.ts";

export async function importResourceState(
  session: Session<unknown>,
  request: Message<"ImportResourceStateRequest">,
): Promise<Message<"ImportResourceStateResponse">> {
  const resource = session.resource(request.type_name);
  const { type } = resource.table;
  const fields = session.fields(resource.table);
  const deferred = deferral(session, request.client_capabilities);
  if (deferred !== undefined) return deferred;
  const outcome = await attempt(session, `import ${type} ${JSON.stringify(request.id ?? "")}`, undefined, async (context) =>
    encodeValues(fields, await resource.import(request.id ?? "", context)),
  );
  if (outcome.result === undefined) return { diagnostics: outcome.diagnostics };
  return {
    imported_resources: [{ type_name: type, state: outcome.result.value, private: outcome.private }],
    diagnostics: outcome.diagnostics,
  };
}
