import { connect, type Socket } from "node:net";
import { type Waiting, waitingWords } from "../model/waiting.ts";

let listener: Socket | undefined;

/**
 * Says that a call waits while it does. The plugin protocol has no message for it: cdkvm listens on a socket of its own; an engine
 * that somebody runs by hand takes it for its log (`TF_LOG_PROVIDER=warn`).
 *
 * @see https://github.com/hashicorp/go-plugin/blob/main/log_entry.go
 */
export function tellWaiting(waiting: Waiting): void {
  const microseconds = new Date().toISOString().replace("Z", "000Z"); // go-plugin takes no other form
  const entry = { "@level": "warn", "@message": waitingWords(waiting), "@timestamp": microseconds };
  process.stderr.write(`${JSON.stringify(entry)}\n`);
  const path = process.env["CDKVM_NOTICES"];
  if (path === undefined) return;
  listener ??= connect(path)
    .unref()
    .on("error", () => {}); // who listened is gone
  listener.write(`${JSON.stringify(waiting)}\n`);
}
