import { encodeDiagnostics } from "../diagnostics.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { wholeNumbers } from "../validate.ts";
import { decodeValues } from "../values.ts";

export async function validateResourceConfig(
  session: Session<unknown>,
  request: Message<"ValidateResourceConfigRequest">,
): Promise<Message<"ValidateResourceConfigResponse">> {
  if (session.destroying) return {};
  const resource = session.resource(request.type_name);
  const config = decodeValues(resource.table.fields, request.config) ?? {};
  return { diagnostics: encodeDiagnostics([...wholeNumbers(resource.table.fields, config), ...(resource.validate?.(config) ?? [])]) };
}
