import { encodeDiagnostics } from "../diagnostics.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { wholeNumbers } from "../validate.ts";
import { decodeValues } from "../values.ts";

export async function validateDataResourceConfig(
  session: Session<unknown>,
  request: Message<"ValidateDataResourceConfigRequest">,
): Promise<Message<"ValidateDataResourceConfigResponse">> {
  if (session.destroying) return {};
  const source = session.dataSource(request.type_name);
  const fields = session.fields(source.table);
  const config = decodeValues(fields, request.config) ?? {};
  return { diagnostics: encodeDiagnostics([...wholeNumbers(fields, config), ...(source.validate?.(config) ?? [])]) };
}
