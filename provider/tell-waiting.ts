import { connect, type Socket } from "node:net";
import { type Waiting, waitingWords } from "../model/waiting.ts";

let listener: Socket | undefined;

/**
 * Reports that a call is waiting. The plugin protocol has no message for this: cdkvm listens on its own socket; an engine run by hand
 * writes it to its log (`TF_LOG_PROVIDER=warn`).
 *
 * @see https://github.com/hashicorp/go-plugin/blob/main/log_entry.go
 */
export function tellWaiting(waiting: Waiting): void {
  const microseconds = new Date().toISOString().replace("Z", "000Z"); // go-plugin accepts no other format
  const entry = { "@level": "warn", "@message": waitingWords(waiting), "@timestamp": microseconds };
  process.stderr.write(`${JSON.stringify(entry)}\n`);
  const path = process.env["CDKVM_NOTICES"];
  if (path === undefined) return;
  listener ??= connect(path)
    .unref()
    .on("error", () => {}); // the listener is gone
  listener.write(`${JSON.stringify(waiting)}\n`);
}
