import type { Message } from "../messages.ts";

/** No resource has an identity separate from its state. */
export async function getResourceIdentitySchemas(): Promise<Message<"GetResourceIdentitySchemasResponse">> {
  return {};
}
