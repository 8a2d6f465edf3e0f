import { readlinkSync } from "node:fs";
import { basename } from "node:path";

/**
 * The command that imports an object here: `cdkvm` if cdkvm runs the engine, else the engine that started this process. A provider
 * never learns the address of its resource; cdkvm replaces ADDRESS.
 */
export const importCommand = (id: string): string => `${process.env["CDKVM_CLI"] ? "cdkvm" : engine()} import ADDRESS ${id}`;

function engine(): "terraform" | "tofu" {
  try {
    return basename(readlinkSync(`/proc/${process.ppid}/exe`)).includes("tofu") ? "tofu" : "terraform";
  } catch {
    return "terraform"; // no /proc, or not readable
  }
}
