import { encodeDiagnostics } from "../diagnostics.ts";
import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { wholeNumbers } from "../validate.ts";
import { decodeValues } from "../values.ts";

export async function validateProviderConfig(
  { provider }: Session<unknown>,
  request: Message<"ValidateProviderConfigRequest">,
): Promise<Message<"ValidateProviderConfigResponse">> {
  const config = decodeValues(provider.table.fields, request.config) ?? {};
  return { diagnostics: encodeDiagnostics(wholeNumbers(provider.table.fields, config)) };
}
