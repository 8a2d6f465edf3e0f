import { streamClosed, streamOverrun } from "../call-errors.ts";
import { readError } from "../errors.ts";
import { STREAM_PAYLOAD_MAX } from "../xdr/limits.ts";
import { XdrReader } from "../xdr/reader.ts";
import { type Message, MessageType, Status } from "./message.ts";
import type { Wait } from "./patience.ts";

/** What a stream needs from its connection. */
export interface StreamLink {
  /** False: wait for {@link StreamLink.drained} before sending more. */
  sendStream(type: number, status: number, parts: readonly Uint8Array[]): boolean;
  drained(): Promise<void>;
  /** The stream waits for the other side; `giveUp` ends the wait early. */
  waits(giveUp: (error: unknown) => void): Pick<Wait, "end"> | undefined;
  /** The amount of unread data has changed. */
  flow(): void;
  /** The stream has ended: forget it. */
  done(): void;
}

/** Above this, the sender is paused; see {@link RpcStream.full}. */
const HIGH_WATER = 2 * 1024 * 1024;
/** Hard limit of unread data, even while the connection has to be read for other calls. */
const UNREAD_MAX = 256 * 1024 * 1024;

/**
 * One libvirt stream (https://libvirt.org/internals/rpc.html): data in both directions under the serial of the call that
 * opened it, ended by a handshake. Reads are pulled, writes wait for the socket: memory stays bounded.
 */
export class RpcStream {
  readonly #link: StreamLink;
  readonly #chunks: Buffer[] = [];
  #unread = 0;
  #ended = false;
  #failure: Error | undefined;
  #over = false;
  #aborted = false;
  #onFailure: ((error: Error) => void) | undefined;
  readonly #wake = new Set<() => void>();

  constructor(link: StreamLink) {
    this.#link = link;
  }

  /** Whether there is more unread data than wanted. */
  get full(): boolean {
    return this.#unread >= HIGH_WATER;
  }

  /** From the connection: a message with this stream's serial. */
  receive(message: Message): void {
    if (message.status === Status.ERROR) return this.fail(readError(new XdrReader(message.payload)));
    if (message.type !== MessageType.STREAM) return;
    if (message.status === Status.OK) {
      this.#over = true;
      this.#ended = true;
      this.#link.done();
    } else if (message.payload.length === 0) this.#ended = true;
    else if (!this.#aborted) {
      this.#chunks.push(message.payload);
      this.#unread += message.payload.length;
      if (this.#unread > UNREAD_MAX) {
        this.cancel(streamOverrun(this.#unread));
      } else if (this.full) this.#link.flow();
    }
    this.#notify();
  }

  /** From the connection: no more data will come. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#failure ??= error;
    this.#over = true;
    this.#link.done();
    this.#notify();
  }

  #notify(): void {
    if (this.#failure) this.#onFailure?.(this.#failure);
    for (const wake of this.#wake) wake();
    this.#wake.clear();
  }

  #change(): Promise<void> {
    return this.#patiently(new Promise((resolve) => this.#wake.add(resolve)));
  }

  async #patiently(change: Promise<void>): Promise<void> {
    const wait = this.#link.waits((error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    try {
      await change;
    } finally {
      wait?.end();
    }
  }

  /** Resolves when the link has room again, or at the next change. Leaves no waiter behind: a long upload waits often. */
  #room(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#wake.delete(done);
        resolve();
      };
      this.#wake.add(done);
      void this.#link.drained().then(done);
    });
  }

  /** The next data; undefined at the end. */
  async read(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        const wasFull = this.full;
        this.#unread -= chunk.length;
        if (wasFull && !this.full) this.#link.flow();
        return chunk;
      }
      if (this.#failure) throw this.#failure;
      if (this.#ended) return undefined;
      await this.#change();
    }
  }

  /** Resolves when more can be written. */
  async write(data: Uint8Array): Promise<void> {
    for (let offset = 0; offset < data.length; offset += STREAM_PAYLOAD_MAX) {
      this.#mustBeOpen();
      await this.#send(MessageType.STREAM, Status.CONTINUE, data.subarray(offset, offset + STREAM_PAYLOAD_MAX));
    }
  }

  /** `virStreamSendHole`: a hole of this many bytes; only on a stream opened as sparse. */
  async writeHole(length: number): Promise<void> {
    this.#mustBeOpen();
    const hole = Buffer.alloc(12); // virNetStreamHole: hyper length, unsigned int flags
    hole.writeBigInt64BE(BigInt(length), 0);
    await this.#send(MessageType.STREAM_HOLE, Status.CONTINUE, hole);
  }

  #mustBeOpen(): void {
    if (this.#failure) throw this.#failure;
    if (this.#over) throw streamClosed();
  }

  async #send(type: number, status: number, data: Uint8Array): Promise<void> {
    if (this.#link.sendStream(type, status, [data])) return;
    await this.#patiently(this.#room());
    if (this.#failure) throw this.#failure;
  }

  /** Ends the output and waits until libvirt confirms that all written data has arrived. */
  async finish(): Promise<void> {
    if (!this.#over && !this.#failure) this.#link.sendStream(MessageType.STREAM, Status.OK, []);
    while (!this.#over && !this.#failure) await this.#change();
    if (this.#failure) throw this.#failure;
  }

  /** Ends the stream without its remainder; resolves when libvirt has released it. Never throws. */
  async abort(): Promise<void> {
    if (!this.#over && !this.#aborted) {
      this.#aborted = true;
      this.#link.sendStream(MessageType.STREAM, Status.ERROR, []);
    }
    this.#drop();
    while (!this.#over) await this.#change();
  }

  /** Ends the stream with this reason: pending reads and writes fail at once. */
  cancel(reason: Error): void {
    if (this.#over) return;
    this.#failure ??= reason;
    void this.abort();
    this.#notify();
  }

  /** Calls `handler` if the stream fails while nothing is being read or written; undefined removes the handler. */
  onFailure(handler: ((error: Error) => void) | undefined): void {
    this.#onFailure = handler;
    if (this.#failure) handler?.(this.#failure);
  }

  #drop(): void {
    this.#chunks.length = 0;
    this.#unread = 0;
    this.#link.flow();
  }
}
