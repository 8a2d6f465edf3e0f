import { isDeepStrictEqual } from "node:util";
import { attempt, deferral } from "../call.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { decodeValues, encodeValues } from "../values.ts";

export async function readResource(
  session: Session<unknown>,
  request: Message<"ReadResourceRequest">,
): Promise<Message<"ReadResourceResponse">> {
  const resource = session.resource(request.type_name);
  const { type } = resource.table;
  const fields = session.fields(resource.table);
  const current = request.current_state ?? null;
  const state = decodeValues(fields, current);
  const deferred = deferral(session, request.client_capabilities);
  if (state === null || deferred !== undefined) return { new_state: current, private: request.private ?? null, ...deferred };
  const outcome = await attempt(session, `read ${type}`, request.private, async (context) => {
    const found = await resource.read(state, context);
    return isDeepStrictEqual(found, state) ? current : encodeValues(fields, found);
  });
  return { new_state: outcome.result?.value ?? current, private: outcome.private, diagnostics: outcome.diagnostics };
}
