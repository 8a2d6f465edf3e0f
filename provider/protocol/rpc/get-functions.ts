import type { Message } from "../messages.ts";

/** The provider has no functions. */
export async function getFunctions(): Promise<Message<"GetFunctionsResponse">> {
  return {};
}
