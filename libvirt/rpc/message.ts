import { MESSAGE_MAX } from "../xdr/limits.ts";
import { XdrError } from "../xdr/reader.ts";

/** `virNetMessageHeader` with its length word: length, program, version, procedure, type, serial, status; 4 bytes each. */
export const HEADER_LENGTH = 28;
/** The length word counts itself, libvirt's maximum does not. */
const LENGTH_MAX = MESSAGE_MAX + 4;

export const Program = { REMOTE: 0x20008086, KEEPALIVE: 0x6b656570 } as const;
export const MessageType = { CALL: 0, REPLY: 1, MESSAGE: 2, STREAM: 3, CALL_WITH_FDS: 4, REPLY_WITH_FDS: 5, STREAM_HOLE: 6 } as const;
export const Status = { OK: 0, ERROR: 1, CONTINUE: 2 } as const;
export const PROTOCOL_VERSION = 1;

export interface MessageHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

export interface Message extends MessageHeader {
  readonly payload: Buffer;
}

/** Writes the header into the first 28 bytes; `length` is that of the whole message. */
export const writeHeader = (bytes: Buffer, length: number, header: MessageHeader): void => {
  if (length > LENGTH_MAX) throw new XdrError(`message of ${length} bytes; libvirt accepts at most ${LENGTH_MAX}`);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt32BE(header.program, 4);
  bytes.writeUInt32BE(header.version, 8);
  bytes.writeInt32BE(header.procedure, 12);
  bytes.writeInt32BE(header.type, 16);
  bytes.writeUInt32BE(header.serial, 20);
  bytes.writeInt32BE(header.status, 24);
};

const parse = (bytes: Buffer): Message => ({
  program: bytes.readUInt32BE(4),
  version: bytes.readUInt32BE(8),
  procedure: bytes.readInt32BE(12),
  type: bytes.readInt32BE(16),
  serial: bytes.readUInt32BE(20),
  status: bytes.readInt32BE(24),
  payload: bytes.subarray(HEADER_LENGTH),
});

const lengthAt = (bytes: Buffer, offset: number): number => {
  const length = bytes.readUInt32BE(offset);
  if (length < HEADER_LENGTH || length > LENGTH_MAX) {
    throw new XdrError(`message of ${length} bytes, outside libvirt's range of ${HEADER_LENGTH} to ${LENGTH_MAX}: the peer is not libvirt`);
  }
  return length;
};

/**
 * Splits a byte stream into messages. Complete messages in a chunk are views of it; an incomplete one at its end is kept in a
 * buffer that grows with the data received, never with what a length word claims.
 */
export class Framer {
  #kept: Buffer = Buffer.alloc(0);
  #used = 0;

  /** Passes each complete message to `take`; throws an {@link XdrError} if the data cannot be from libvirt. */
  push(chunk: Buffer, take: (message: Message) => void): void {
    let offset = 0;
    while (this.#used > 0 && offset < chunk.length) {
      if (this.#used < 4) {
        offset += this.#keep(chunk, offset, 4 - this.#used);
        if (this.#used < 4) return;
      }
      const length = lengthAt(this.#kept, 0);
      offset += this.#keep(chunk, offset, length - this.#used);
      if (this.#used < length) return;
      const whole = this.#kept.subarray(0, length);
      this.#kept = Buffer.alloc(0);
      this.#used = 0;
      take(parse(whole));
    }
    while (chunk.length - offset >= 4) {
      const length = lengthAt(chunk, offset);
      if (chunk.length - offset < length) break;
      const whole = chunk.subarray(offset, offset + length);
      offset += length;
      take(parse(whole));
    }
    if (offset < chunk.length) this.#keep(chunk, offset, chunk.length - offset);
  }

  #keep(chunk: Buffer, offset: number, wanted: number): number {
    const count = Math.min(wanted, chunk.length - offset);
    const end = this.#used + count;
    if (end > this.#kept.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#kept.length * 2, 1024));
      this.#kept.copy(grown, 0, 0, this.#used);
      this.#kept = grown;
    }
    chunk.copy(this.#kept, this.#used, offset, offset + count);
    this.#used = end;
    return count;
  }
}
