/** What the RPC core needs of a connection: bytes out with a sign of how full it is, bytes in, and its end. */
export interface Transport {
  /** The parts go out as one; false: wait for `drain` before writing more. */
  write(...parts: readonly Uint8Array[]): boolean;
  /** Stops and starts the flow of `data`. */
  pause(): void;
  resume(): void;
  /** Says what happens. Called once, before anything can. */
  listen(handlers: TransportHandlers): void;
  /** Ends the connection and what belongs to it (a child process); resolves when it is gone. */
  close(): Promise<void>;
  /** Lets the process end although the connection is open, or not. */
  ref(): void;
  unref(): void;
}

export interface TransportHandlers {
  data(chunk: Buffer): void;
  drain(): void;
  /** Once; with the reason when it was not `close` that ended it. */
  closed(error?: Error): void;
}
