import { setTimeout as delay } from "node:timers/promises";
import { type ConnectOptions, Libvirt } from "../libvirt/connection.ts";
import { CdkvmError } from "../model/errors.ts";

/** How often one process reopens a lost connection before it reports the loss. */
const RECONNECTS = 3;
/** How long a stopped libvirtd may take to listen again, and how often to check. */
const RESTART_MS = 10_000;
const RETRY_MS = 200;
/** Connection errors expected while libvirtd restarts. */
const NOT_YET: ReadonlySet<string> = new Set([
  "CDKVM_SOCKET_MISSING",
  "CDKVM_SOCKET_REFUSED",
  "CDKVM_HOST_UNREACHABLE",
  "CDKVM_CONNECT_FAILED",
]);

export type HostTimes = Pick<ConnectOptions, "timeoutMs" | "patience" | "keepalive">;

/** One connection to a host, opened by the first call that needs it and reopened after a libvirtd restart. */
export class HostConnection {
  readonly #uri: string;
  readonly #signal: AbortSignal;
  readonly #times: HostTimes;
  #connection: Promise<Libvirt> | undefined;
  #reconnects = 0;
  #closed = false;

  /**
   * @param signal aborts a connection attempt and pending calls to libvirt
   * @param times how long to wait for a host, or a call, before giving up
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
      // do not let every waiting call retry a failed reconnect
      if (this.#reconnects === 0) this.#connection = undefined;
      throw error;
    }
  }

  /** After a connection loss, libvirtd may take a moment to come back. */
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
