import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";
import { decodeValues } from "../values.ts";

/** Stores the values; the first call that needs the host connects to it. */
export async function configureProvider(
  session: Session<unknown>,
  request: Message<"ConfigureProviderRequest">,
): Promise<Message<"ConfigureProviderResponse">> {
  session.configure(decodeValues(session.provider.table.fields, request.config) ?? {});
  return {};
}
