import { readlinkSync } from "node:fs";
import { basename } from "node:path";

/**
 * What a person types to import something here: cdkvm's command where cdkvm runs the engine, else that of the engine which
 * started this process. A provider is never told the address of its resource; cdkvm puts it in ADDRESS's place.
 */
export const importCommand = (id: string): string => `${process.env["CDKVM_CLI"] ? "cdkvm" : engine()} import ADDRESS ${id}`;

function engine(): "terraform" | "tofu" {
  try {
    return basename(readlinkSync(`/proc/${process.ppid}/exe`)).includes("tofu") ? "tofu" : "terraform";
  } catch {
    return "terraform"; // no /proc, or not ours to read
  }
}
