import type { Message } from "../messages.ts";
import type { Session } from "../session.ts";

/** Ctrl-C in the engine: calls in progress end as soon as they safely can, and each still answers. */
export async function stopProvider(session: Session<unknown>): Promise<Message<"StopProviderResponse">> {
  session.stop();
  return {};
}
