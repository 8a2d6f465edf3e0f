import { setTimeout as delay } from "node:timers/promises";
import { type ConnectOptions, Libvirt } from "../libvirt/connection.ts";
import { CdkvmError } from "../model/errors.ts";

/** How often a lost connection is opened again within one process before the loss is reported. */
const RECONNECTS = 3;
/** How long a libvirtd that was stopped may take to listen again, and how often to look. */
const RESTART_MS = 10_000;
const RETRY_MS = 200;
/** What connecting says while libvirtd is not back yet. */
const NOT_YET: ReadonlySet<string> = new Set([
  "CDKVM_SOCKET_MISSING",
  "CDKVM_SOCKET_REFUSED",
  "CDKVM_HOST_UNREACHABLE",
  "CDKVM_CONNECT_FAILED",
]);

export type HostTimes = Pick<ConnectOptions, "timeoutMs" | "patience" | "keepalive">;

/** One connection to a host, opened by the first call that needs it and again after libvirtd was restarted. */
export class HostConnection {
  readonly #uri: string;
  readonly #signal: AbortSignal;
  readonly #times: HostTimes;
  #connection: Promise<Libvirt> | undefined;
  #reconnects = 0;
  #closed = false;

  /**
   * @param signal ends an attempt to connect, and what waits for libvirt
   * @param times until a host, or a call, that is not answered is given up
   */
  constructor(uri: string, signal: AbortSignal, times: HostTimes) {
    this.#uri = uri;
    this.#signal = signal;
    this.#times = times;
  }

  /** The open connection. @throws CdkvmError as {@link Libvirt.connect} does */
  libvirt(): Promise<Libvirt> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Libvirt> {
    if (this.#closed) throw new Error(`the connection to ${this.#uri} has been closed`);
    try {
      const libvirt = await this.#dial();
      void libvirt.closed.then((lost) => {
        const isHung = lost instanceof CdkvmError && lost.code === "CDKVM_CALL_TIMEOUT";
        if (lost !== undefined && !isHung && this.#reconnects++ < RECONNECTS) this.#connection = undefined;
      });
      return libvirt;
    } catch (error) {
      // one that could not be opened again is not tried by each of the calls that wait for it
      if (this.#reconnects === 0) this.#connection = undefined;
      throw error;
    }
  }

  /** After a loss libvirtd may need a moment to be there again. */
  async #dial(): Promise<Libvirt> {
    const until = this.#reconnects === 0 ? 0 : Date.now() + RESTART_MS;
    for (;;) {
      try {
        return await Libvirt.connect(this.#uri, {
          signal: this.#signal,
          reconnect: () => this.libvirt(),
          ...this.#times,
        });
      } catch (error) {
        if (!(error instanceof CdkvmError && NOT_YET.has(error.code)) || Date.now() + RETRY_MS > until) throw error;
        await delay(RETRY_MS, undefined, { signal: this.#signal });
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.then(
      (libvirt) => libvirt.close(),
      () => {},
    );
  }
}
