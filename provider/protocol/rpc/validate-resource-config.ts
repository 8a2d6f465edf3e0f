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
  const fields = session.fields(resource.table);
  const config = decodeValues(fields, request.config) ?? {};
  return { diagnostics: encodeDiagnostics([...wholeNumbers(fields, config), ...(resource.validate?.(config) ?? [])]) };
}
