import type { Socket } from "node:net";
import type { Transport, TransportHandlers } from "./transport.ts";

/** A connected Node.js socket (Unix, TCP or TLS) as a {@link Transport}. */
export const socketTransport = (socket: Socket): Transport => {
  let failure: Error | undefined;
  socket.on("error", (error) => {
    failure = error;
  });
  const gone = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  let corked = false;
  const uncork = (): void => {
    if (corked) socket.uncork();
    corked = false;
  };
  return {
    write(...parts) {
      // calls made in the same tick are sent in one write
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(uncork);
      }
      let free = true;
      for (const part of parts) free = socket.write(part);
      return free;
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    listen(handlers: TransportHandlers) {
      socket.on("data", (chunk: Buffer) => handlers.data(chunk));
      socket.on("drain", () => handlers.drain());
      socket.on("end", () => socket.destroy());
      socket.once("close", () => handlers.closed(failure));
      if (socket.closed) handlers.closed(failure);
      else socket.resume();
    },
    async close() {
      uncork();
      socket.destroy();
      if (!socket.closed) await gone;
    },
    ref: () => void socket.ref(),
    unref: () => void socket.unref(),
  };
};

/** Waits until the socket is connected; rejects with its error, or the signal's reason. */
export const connected = (socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: unknown): void => {
      socket.off(event, ready);
      socket.off("error", settle);
      socket.off("close", ended);
      signal.removeEventListener("abort", aborted);
      if (error === undefined) return resolve();
      socket.on("error", () => {}); // only the first error matters
      socket.destroy();
      reject(error);
    };
    const ready = (): void => settle();
    const ended = (): void => settle(new Error("the connection was closed"));
    const aborted = (): void => settle(signal.reason);
    socket.once(event, ready);
    socket.once("error", settle);
    socket.once("close", ended);
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted, { once: true });
  });
