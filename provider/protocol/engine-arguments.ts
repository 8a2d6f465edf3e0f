import { readFileSync } from "node:fs";

/** The arguments of the engine that started this process, after the program's name; none without /proc. */
export function engineArguments(): readonly string[] {
  try {
    return readFileSync(`/proc/${process.ppid}/cmdline`, "utf8").split("\0").slice(1, -1);
  } catch {
    return []; // no /proc: cdkvm itself sets environment variables
  }
}
