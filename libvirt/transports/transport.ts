/** What the RPC core needs from a connection: output with backpressure, input, and its end. */
export interface Transport {
  /** Sends the parts as one; false: wait for `drain` before writing more. */
  write(...parts: readonly Uint8Array[]): boolean;
  /** Stops and starts the flow of `data`. */
  pause(): void;
  resume(): void;
  /** Sets the event handlers. Called once, before any event can occur. */
  listen(handlers: TransportHandlers): void;
  /** Ends the connection and what belongs to it (a child process); resolves when it is gone. */
  close(): Promise<void>;
  /** Makes the open connection keep the process alive, or not. */
  ref(): void;
  unref(): void;
}

export interface TransportHandlers {
  data(chunk: Buffer): void;
  drain(): void;
  /** Called once; with the reason if `close` did not cause it. */
  closed(error?: Error): void;
}
