import type { ChildProcessByStdio } from "node:child_process";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import type { Transport, TransportHandlers } from "./transport.ts";

/** Long enough for a program's error output; the end of it is the interesting part. */
const STDERR_MAX = 8192;
/** How long its last output may take after its end. */
const LAST_WORDS_MS = 500;

/** A running program whose stdin and stdout are the connection. `explain` creates the error for its exit. */
export const childTransport = (
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  explain: (status: number | NodeJS.Signals | null, stderr: string) => Error,
): Transport => {
  const { stdin, stdout, stderr } = child;
  let errorOutput = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    errorOutput = (errorOutput + text).slice(-STDERR_MAX);
  });
  for (const stream of [stdin, stdout, stderr]) stream.on("error", () => {}); // the exit status is more informative
  child.on("error", () => {});
  // Node's pipes to a child are sockets, though its types do not say so
  const pipes = [stdin, stdout, stderr].filter((stream) => stream instanceof Socket);
  let closing = false;
  const gone = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("exit", (code, signal) => {
      const end = (): void => {
        clearTimeout(late);
        setImmediate(() => resolve(code ?? signal));
      };
      // its last output may still be on its way; a master connection that ssh leaves behind keeps stderr open
      const late = setTimeout(end, LAST_WORDS_MS);
      if (stderr.readableEnded || stderr.destroyed) end();
      else stderr.once("end", end);
    });
  });
  return {
    write(...parts) {
      if (stdin.destroyed) return true;
      stdin.cork();
      let free = true;
      for (const part of parts) free = stdin.write(part);
      stdin.uncork();
      return free;
    },
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
    listen(handlers: TransportHandlers) {
      stdout.on("data", (chunk: Buffer) => handlers.data(chunk));
      stdin.on("drain", () => handlers.drain());
      void gone.then((status) => {
        for (const stream of [stdin, stdout, stderr]) stream.destroy();
        handlers.closed(closing ? undefined : explain(status, errorOutput.trim()));
      });
    },
    async close() {
      closing = true;
      stdin.destroy();
      stdout.destroy();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), 2000);
      await gone;
      clearTimeout(hard);
      stderr.destroy();
    },
    ref() {
      for (const handle of [child, ...pipes]) handle.ref();
    },
    unref() {
      for (const handle of [child, ...pipes]) handle.unref();
    },
  };
};
