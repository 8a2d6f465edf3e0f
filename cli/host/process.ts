import { readFileSync } from "node:fs";

/** A process; its start time distinguishes it from a later one with that number. */
export interface ProcessId {
  readonly pid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat. */
  readonly started: string;
}

/** A running process; nothing if it has ended or is a zombie. */
export function processOf(pid: number): ProcessId | undefined {
  try {
    // the second field, the command, is in parentheses and may contain anything
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? undefined : { pid, started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
}

export const isSame = ({ pid, started }: ProcessId): boolean => processOf(pid)?.started === started;

export const isAlive = (pid: number): boolean => processOf(pid) !== undefined;
