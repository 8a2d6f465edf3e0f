import type { CdkvmError } from "../../model/errors.ts";
import { connectionClosed, connectionLost } from "../call-errors.ts";
import { readError } from "../errors.ts";
import { Procedure, readingProcedures } from "../procedures.ts";
import type { Transport } from "../transports/transport.ts";
import { XdrReader } from "../xdr/reader.ts";
import { XdrWriter } from "../xdr/writer.ts";
import { Keepalive, type KeepaliveOptions } from "./keepalive.ts";
import { Framer, HEADER_LENGTH, type Message, MessageType, Program, PROTOCOL_VERSION, Status, writeHeader } from "./message.ts";
import { Patience, type PatienceOptions, type Wait } from "./patience.ts";
import { RpcStream } from "./stream.ts";

/** libvirtd stops reading from a client with more pending calls than this (libvirtd.conf: max_client_requests). */
const MAX_IN_FLIGHT = 5;
const EMPTY = new XdrReader(Buffer.alloc(0));
const KeepaliveProcedure = { PING: 1, PONG: 2 } as const;

export interface ClientOptions extends KeepaliveOptions, PatienceOptions {}

export interface CallOptions {
  /** Ends the wait, not the work: libvirt cannot cancel a call. */
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly bytes: Buffer;
  readonly serial: number;
  readonly opening?: Opening;
  readonly wait: Wait;
  resolve(reader: XdrReader): void;
  reject(error: unknown): void;
}

/** The stream that a call opens. Its data may arrive before the call's answer: libvirt's threads send them as they are ready. */
interface Opening {
  readonly stream: RpcStream;
  /** Runs before the answer's promise settles. */
  opened(): void;
}

/** Why a call ended that was never sent: it can be repeated safely. */
class Unsent {
  readonly error: Error;
  constructor(error: Error) {
    this.error = error;
  }
}

/** A message body to fill and pass to {@link RpcClient.call}. */
export const body = (capacity = 256): XdrWriter => new XdrWriter(HEADER_LENGTH, capacity);

/** libvirt's RPC over one transport: calls with a queue, streams, events, keepalive. */
export class RpcClient {
  /** The URI, for errors. */
  readonly name: string;
  /** Settles when the connection ends: with the reason, or with undefined after {@link close}. */
  readonly closed: Promise<Error | undefined>;
  readonly #transport: Transport;
  readonly #framer = new Framer();
  readonly #inFlight = new Map<number, Pending>();
  readonly #queue: Pending[] = [];
  readonly #streams = new Map<number, RpcStream>();
  readonly #events = new Map<number, (reader: XdrReader) => void>();
  readonly #drained = new Set<() => void>();
  readonly #keepalive: Keepalive;
  readonly #patience: Patience;
  #serial = 0;
  #paused = false;
  #over: Error | undefined;
  /** There is no successor. */
  #isFinal = false;
  #closing = false;
  #successor: (() => Promise<RpcClient>) | undefined;
  #settleClosed!: (error: Error | undefined) => void;

  constructor(transport: Transport, name: string, options: ClientOptions = {}) {
    this.#transport = transport;
    this.name = name;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#patience = new Patience(name, options, {
      ping: () => this.#sendKeepalive(KeepaliveProcedure.PING),
      hung: (error) => {
        this.#isFinal = true;
        this.#fail(error);
      },
    });
    this.#keepalive = new Keepalive(options, {
      ping: () => this.#sendKeepalive(KeepaliveProcedure.PING),
      listening: () => !this.#paused,
      dead: (silentMs) => this.#fail(new Error(`no response for ${Math.round(silentMs / 1000)} seconds`)),
    });
    transport.listen({
      data: (chunk) => this.#receive(chunk),
      drain: () => this.#drain(),
      closed: (error) => this.#fail(error ?? new Error("the peer closed it")),
    });
  }

  /**
   * Sets the successor for a lost connection: unsent calls, and pending calls that only read, are repeated there. Without it, they
   * fail with the loss.
   */
  succeedBy(successor: () => Promise<RpcClient>): void {
    this.#successor = successor;
  }

  /** Sends the call when its turn comes and returns a reader of the answer. Throws libvirt's error, or that the connection is lost. */
  async call(procedure: number, args: XdrWriter = body(HEADER_LENGTH), options: CallOptions = {}): Promise<XdrReader> {
    try {
      return await this.#call(procedure, args, options);
    } catch (error) {
      const isRead = readingProcedures.has(procedure);
      const next = error instanceof Unsent || (isRead && error === this.#over) ? await this.#afterLoss() : undefined;
      if (next === undefined) throw error instanceof Unsent ? error.error : error;
      return next.call(procedure, args, options);
    }
  }

  /** The successor; undefined if there is none. @throws why it could not be opened */
  async #afterLoss(): Promise<RpcClient | undefined> {
    if (this.#successor === undefined || this.#closing || this.#isFinal) return undefined;
    await this.closed; // by then, the code that opens connections knows of the loss
    const next = await this.#successor();
    return next === this ? undefined : next;
  }

  /** A call that opens a stream. */
  async openStream(procedure: number, args: XdrWriter, options: CallOptions = {}): Promise<RpcStream> {
    const serial = this.#serial + 1;
    const about = args.bytes().subarray(HEADER_LENGTH);
    const stream: RpcStream = new RpcStream({
      sendStream: (type, status, parts) => this.#sendStream(procedure, serial, type, status, parts),
      drained: () => new Promise((resolve) => this.#drained.add(resolve)),
      // a console is silent while its guest is
      waits: (giveUp) => (procedure === Procedure.DOMAIN_OPEN_CONSOLE ? undefined : this.#patience.begin(procedure, about, giveUp, true)),
      flow: () => this.#flow(),
      done: () => {
        this.#streams.delete(serial);
        this.#flow();
      },
    });
    let unsent: Unsent | undefined;
    let [opened, abandoned] = [false, false];
    // an abandoned call may still open its stream on the other side: then end it there
    const endAbandoned = (): void => void (opened && abandoned && stream.abort());
    try {
      await this.#call(procedure, args, options, { stream, opened: () => ((opened = true), endAbandoned()) });
      return stream;
    } catch (error) {
      abandoned = true;
      endAbandoned();
      if (!(error instanceof Unsent)) throw error;
      unsent = error;
    }
    const next = await this.#afterLoss();
    if (next === undefined) throw unsent.error;
    return next.openStream(procedure, args, options);
  }

  #call(procedure: number, args: XdrWriter, options: CallOptions, opening?: Opening): Promise<XdrReader> {
    const serial = ++this.#serial;
    return new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) return reject(signal.reason);
      if (this.#over) return reject(new Unsent(this.#over));
      if (this.#closing) return reject(new Unsent(this.#lost()));
      const bytes = args.bytes();
      writeHeader(bytes, bytes.length, {
        program: Program.REMOTE,
        version: PROTOCOL_VERSION,
        procedure,
        type: MessageType.CALL,
        serial,
        status: Status.OK,
      });
      const settled = (): void => {
        wait.end();
        signal?.removeEventListener("abort", aborted);
      };
      const giveUp = (error: unknown): void => {
        const waiting = this.#queue.indexOf(pending);
        if (waiting >= 0) {
          this.#queue.splice(waiting, 1);
          this.#streams.delete(serial);
        }
        pending.reject(error);
      };
      const aborted = (): void => giveUp(signal?.reason);
      const wait = this.#patience.begin(procedure, bytes.subarray(HEADER_LENGTH), giveUp);
      const pending: Pending = {
        bytes,
        serial,
        ...(opening && { opening }),
        wait,
        resolve: (reader) => (settled(), resolve(reader)),
        reject: (error) => (settled(), reject(error)),
      };
      signal?.addEventListener("abort", aborted, { once: true });
      if (opening !== undefined) this.#streams.set(serial, opening.stream);
      this.#queue.push(pending);
      this.#next();
    });
  }

  /** Sets the handler for a message that libvirt sends unsolicited. */
  onEvent(procedure: number, handler: (reader: XdrReader) => void): void {
    this.#events.set(procedure, handler);
  }

  /** Closes the connection; pending calls are rejected. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#fail(undefined);
    await this.#transport.close();
  }

  /** Whether an open connection keeps the process alive. */
  ref(): void {
    this.#transport.ref();
  }

  unref(): void {
    this.#transport.unref();
  }

  #next(): void {
    while (this.#inFlight.size < MAX_IN_FLIGHT) {
      const pending = this.#queue.shift();
      if (pending === undefined) break;
      this.#inFlight.set(pending.serial, pending);
      this.#transport.write(pending.bytes);
      pending.wait.sent();
    }
    this.#flow();
  }

  #receive(chunk: Buffer): void {
    this.#keepalive.alive();
    this.#patience.heard();
    try {
      this.#framer.push(chunk, (message) => this.#dispatch(message));
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #dispatch(message: Message): void {
    if (this.#over) return;
    if (message.program === Program.KEEPALIVE) {
      if (message.procedure === KeepaliveProcedure.PING) this.#sendKeepalive(KeepaliveProcedure.PONG);
      return;
    }
    switch (message.type) {
      case MessageType.REPLY: {
        this.#patience.answered();
        const pending = this.#inFlight.get(message.serial);
        if (pending === undefined) return;
        const reader = message.payload.length === 0 ? EMPTY : new XdrReader(message.payload);
        // an unreadable error ends the connection, and with it this call, which must still be in the map then
        const error = message.status === Status.OK ? undefined : readError(reader);
        this.#inFlight.delete(message.serial);
        if (error === undefined) {
          pending.opening?.opened();
          pending.resolve(reader);
        } else {
          this.#streams.delete(message.serial);
          pending.reject(error);
        }
        return this.#next();
      }
      case MessageType.STREAM:
      case MessageType.STREAM_HOLE:
        return this.#streams.get(message.serial)?.receive(message);
      case MessageType.MESSAGE:
        if (message.program === Program.REMOTE) this.#events.get(message.procedure)?.(new XdrReader(message.payload));
    }
  }

  #sendStream(procedure: number, serial: number, type: number, status: number, parts: readonly Uint8Array[]): boolean {
    if (this.#over) return true;
    const header = Buffer.allocUnsafe(HEADER_LENGTH);
    const length = parts.reduce((sum, part) => sum + part.length, HEADER_LENGTH);
    writeHeader(header, length, { program: Program.REMOTE, version: PROTOCOL_VERSION, procedure, type, serial, status });
    return this.#transport.write(header, ...parts);
  }

  #sendKeepalive(procedure: number): void {
    if (this.#over) return;
    const header = Buffer.allocUnsafe(HEADER_LENGTH);
    const { KEEPALIVE: program } = Program;
    writeHeader(header, HEADER_LENGTH, {
      program,
      version: PROTOCOL_VERSION,
      procedure,
      type: MessageType.MESSAGE,
      serial: 0,
      status: Status.OK,
    });
    this.#transport.write(header);
  }

  #drain(): void {
    this.#keepalive.alive();
    for (const resolve of this.#drained) resolve();
    this.#drained.clear();
  }

  /** Pauses the sender while a stream has too much unread data, unless a call waits for an answer behind that data. */
  #flow(): void {
    const paused = !this.#over && this.#inFlight.size === 0 && [...this.#streams.values()].some((stream) => stream.full);
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#transport.pause();
    else this.#transport.resume();
  }

  #lost(reason?: Error): CdkvmError {
    return this.#closing || reason === undefined ? connectionClosed(this.name, reason) : connectionLost(this.name, reason);
  }

  #fail(reason: Error | undefined): void {
    if (this.#over) return;
    const error = this.#isFinal && reason !== undefined ? reason : this.#lost(reason);
    this.#over = error;
    this.#keepalive.stop();
    this.#patience.stop();
    const [sent, unsent] = [[...this.#inFlight.values()], this.#queue.splice(0)];
    this.#inFlight.clear();
    for (const pending of sent) pending.reject(error);
    for (const pending of unsent) pending.reject(new Unsent(error));
    for (const stream of this.#streams.values()) stream.fail(error);
    this.#drain();
    this.#settleClosed(reason === undefined ? undefined : error);
    if (reason !== undefined) void this.#transport.close();
  }
}
