import { type Waiting, waitingWords } from "../model/waiting.ts";
import { tellCdkvm } from "./protocol/attached.ts";

/**
 * Reports that a call is waiting. The plugin protocol has no message for this: cdkvm is told directly; an engine run by hand
 * writes it to its log (`TF_LOG_PROVIDER=warn`).
 *
 * @see https://github.com/hashicorp/go-plugin/blob/main/log_entry.go
 */
export function tellWaiting(waiting: Waiting): void {
  if (tellCdkvm({ waiting })) return;
  const microseconds = new Date().toISOString().replace("Z", "000Z"); // go-plugin accepts no other format
  process.stderr.write(`${JSON.stringify({ "@level": "warn", "@message": waitingWords(waiting), "@timestamp": microseconds })}\n`);
}
