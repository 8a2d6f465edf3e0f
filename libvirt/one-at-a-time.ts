import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MS = 90_000;
const RETRY_MS = 100;

/**
 * Runs work that only one process of this machine does at a time, by name. The lock is released however its holder ends: the name is
 * that of a socket without a file (https://man7.org/linux/man-pages/man7/unix.7.html, abstract). If the platform has no such sockets,
 * or after a long wait, the work runs concurrently.
 */
export async function oneAtATime<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  let held = await hold(name);
  for (const until = Date.now() + PATIENCE_MS; held === "taken" && Date.now() < until; held = await hold(name))
    await delay(RETRY_MS, undefined, { signal });
  try {
    return await work();
  } finally {
    if (typeof held === "object") held.close();
  }
}

const hold = (name: string): Promise<Server | "taken" | undefined> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRINUSE" ? "taken" : undefined));
    server.listen({ path: `\0cdkvm-${name}`, exclusive: true }, () => resolve(server));
  });
