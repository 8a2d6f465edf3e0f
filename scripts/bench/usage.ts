import { appendFileSync, readFileSync } from "node:fs";

/** Resource usage of one provider process at its end. */
export interface Usage {
  /** User and system time, milliseconds. */
  readonly cpu: number;
  /** Largest resident set, MiB. */
  readonly memory: number;
}

/** Where provider processes write their {@link Usage}, one per line. */
export const USAGE_FILE = "CDKVM_BENCH_USAGE";

process.on("exit", () => {
  const file = process.env[USAGE_FILE];
  if (file === undefined) return;
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  appendFileSync(file, `${JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1000, memory: peakMemory() } satisfies Usage)}\n`);
});

/** Not `maxRSS`: it starts at the size of the engine that forked this process. */
const peakMemory = (): number => Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
