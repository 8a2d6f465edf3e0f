import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";

/** Ctrl-C in the engine: what is under way ends as soon as it safely can, and each call still answers. */
export async function stopProvider(session: Session<unknown>): Promise<Message<"StopProviderResponse">> {
  session.stop();
  return {};
}
