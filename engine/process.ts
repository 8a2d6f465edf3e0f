import { spawn, type ChildProcess } from "node:child_process";
import { cannotStart } from "./errors.ts";
import { privately } from "./private.ts";

export interface ProcessOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Called with its process ID. */
  readonly onStart?: (pid: number) => void;
  /** Called for each line of standard output; the output is then not collected. */
  readonly onLine?: (line: string) => void;
  /** Called for each line of standard error, whose end is also collected. */
  readonly onErrorLine?: (line: string) => void;
  /** On abort, interrupts the process as Ctrl-C does, unless already done, and still waits for it. */
  readonly abort?: AbortSignal | undefined;
}

export interface Finished {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
  /** Whether it was interrupted while running. */
  readonly interrupted: boolean;
}

const keptError = 64 * 1024;
const stopSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const running = new Set<{ readonly child: ChildProcess; interrupted: boolean }>();

/** An engine saves its state on the first interrupt and quits on the second, so each of the user's signals is forwarded once. */
function interruptAll(): void {
  for (const entry of running) {
    entry.interrupted = true;
    entry.child.kill("SIGINT");
  }
}

function watchSignals(): void {
  for (const name of stopSignals) process.on(name, interruptAll);
  process.on("exit", interruptAll);
}

function unwatchSignals(): void {
  for (const name of stopSignals) process.off(name, interruptAll);
  process.off("exit", interruptAll);
}

/** Splits a text stream into lines; the last line may lack a newline. */
export function lineReader(onLine: (line: string) => void): { readonly write: (text: string) => void; readonly end: () => void } {
  let rest = "";
  return {
    write(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    },
    end() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}

/**
 * Runs a program to its end, whatever its exit code. It leads its own process group, so that Ctrl-C in a terminal reaches it
 * once, from here. SIGINT, SIGTERM and SIGHUP sent to this process are forwarded as SIGINT, and the program is waited for.
 * Throws only if it cannot start.
 */
export function runProcess(path: string, args: readonly string[], options: ProcessOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    if (options.abort?.aborted) {
      resolve({ code: null, signal: null, stdout: "", stderr: "", interrupted: true });
      return;
    }
    const child = privately(() =>
      spawn(path, args, { cwd: options.cwd, env: options.env, detached: true, stdio: ["ignore", "pipe", "pipe"] }),
    );
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const entry = { child, interrupted: false };
    const interrupt = (): void => {
      if (entry.interrupted) return; // a second interrupt would make an engine quit
      entry.interrupted = true;
      child.kill("SIGINT");
    };
    if (running.size === 0) watchSignals();
    running.add(entry);
    options.abort?.addEventListener("abort", interrupt);
    const forget = (): void => {
      options.abort?.removeEventListener("abort", interrupt);
      running.delete(entry);
      if (running.size === 0) unwatchSignals();
    };

    const out: string[] = [];
    let err = "";
    const outLines = options.onLine && lineReader(options.onLine);
    const errLines = options.onErrorLine && lineReader(options.onErrorLine);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (outLines ? outLines.write(text) : out.push(text)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err = (err + text).slice(-keptError);
      errLines?.write(text);
    });
    child.on("error", (cause) => {
      forget();
      reject(cannotStart(path, cause));
    });
    child.on("exit", () => {
      if (entry.interrupted) sweep(child.pid);
    });
    child.on("close", (code, signal) => {
      forget();
      outLines?.end();
      errLines?.end();
      resolve({ code, signal, stdout: out.join(""), stderr: err, interrupted: entry.interrupted });
    });
  });
}

/** Ends what an interrupted program leaves in its process group, such as a provisioner's commands, as a terminal would. */
function sweep(group: number | undefined): void {
  try {
    if (group !== undefined) process.kill(-group, "SIGTERM");
  } catch {
    // The group is gone, as expected.
  }
}
