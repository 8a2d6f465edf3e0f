import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CdkvmError } from "../model/errors.ts";
import { type ConnectOptions, Libvirt } from "../libvirt/connection.ts";
import { Claims } from "./claims.ts";
import { HostUsers } from "./users/host-users.ts";

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

/**
 * The host that a provider process works on: one connection, opened by the first call that needs it and again after
 * libvirtd was restarted.
 */
export class Host {
  readonly uri: string;
  /** Whose names are whose in this run. */
  readonly claims = new Claims();
  /** The guest that writes each disk, of those in this run. */
  readonly writers = new Map<string, string>();
  /** Which guests use what. */
  readonly users = new HostUsers(() => this.libvirt());
  readonly #signal: AbortSignal;
  readonly #times: HostTimes;
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #adopted = new Set<string>();
  readonly #making = new Set<string>();
  readonly #names = new Map<string, Promise<boolean>>();
  #connection: Promise<Libvirt> | undefined;
  #hostname: Promise<string> | undefined;
  #reconnects = 0;
  #closed = false;

  /**
   * @param signal ends an attempt to connect, and what waits for libvirt
   * @param times until a host, or a call, that is not answered is given up
   */
  constructor(uri: string, signal: AbortSignal, times: HostTimes = {}) {
    this.uri = uri;
    this.#signal = signal;
    this.#times = times;
  }

  /** The open connection. @throws CdkvmError as {@link Libvirt.connect} does */
  libvirt(): Promise<Libvirt> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Libvirt> {
    if (this.#closed) throw new Error(`the connection to ${this.uri} has been closed`);
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
        return await Libvirt.connect(this.uri, {
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

  /** The host's own name, asked once. */
  hostname(): Promise<string> {
    this.#hostname ??= this.libvirt().then(({ node }) => node.hostname());
    return this.#hostname;
  }

  /**
   * Runs a task when those before it with the same key are done: the engine creates, changes and deletes resources in
   * parallel, and two of them may be about one name on the host.
   */
  async exclusive<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(key);
    const mine = (before ?? Promise.resolve()).then(task, task);
    const quiet = mine.catch(() => {});
    this.#queues.set(key, quiet);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(key) === quiet) this.#queues.delete(key);
    }
  }

  /**
   * Says that a create found its object made already and took it over. Where the engine replaces one address by another
   * with the same name, the delete of the old address must then leave it alone.
   */
  adopt(uuid: string): void {
    this.#adopted.add(uuid);
  }

  isAdopted(uuid: string): boolean {
    return this.#adopted.has(uuid);
  }

  /** Says that this plan has, or will have, something of this kind and name. */
  announce(kind: string, name: unknown): void {
    if (typeof name === "string") this.#names.set(`${kind} ${name}`, Promise.resolve(true));
  }

  /** Says that this plan makes a file of that name, or files in a directory: `/var/lib/vms/`. */
  willMake(name: string): void {
    this.#making.add(name);
  }

  /** Whether this plan makes, or may make, what is at a path. */
  makes(path: string): boolean {
    return this.#making.has(basename(path)) || [...this.#making].some((one) => one.endsWith("/") && path.startsWith(one));
  }

  /** Whether something of this kind and name was announced, or is on the host, which is asked once. */
  knows(kind: string, name: string, isThere: () => Promise<boolean>): Promise<boolean> {
    const key = `${kind} ${name}`;
    let known = this.#names.get(key);
    if (known === undefined) {
      known = isThere();
      this.#names.set(key, known);
      known.catch(() => this.#names.delete(key));
    }
    return known;
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
