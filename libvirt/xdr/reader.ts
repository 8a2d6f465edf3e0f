import { STRING_MAX } from "./limits.ts";

/** Bytes that are not valid XDR: truncated, or beyond libvirt's own maxima. */
export class XdrError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "XdrError";
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads XDR (RFC 4506) from one message. Checks every read against the available data before it allocates anything. */
export class XdrReader {
  readonly #bytes: Buffer;
  #offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#offset = offset;
  }

  /** Bytes not yet read. */
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  #take(length: number, what: string): number {
    if (length > this.remaining) throw new XdrError(`${what} needs ${length} bytes, ${this.remaining} are left`);
    const offset = this.#offset;
    this.#offset += length;
    return offset;
  }

  int(): number {
    return this.#bytes.readInt32BE(this.#take(4, "int"));
  }

  uint(): number {
    return this.#bytes.readUInt32BE(this.#take(4, "unsigned int"));
  }

  hyper(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8, "hyper"));
  }

  uhyper(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8, "unsigned hyper"));
  }

  /** An unsigned hyper as a number: exact below 2^53, which every size and counter of libvirt in practice is. */
  size(): number {
    const offset = this.#take(8, "unsigned hyper");
    return this.#bytes.readUInt32BE(offset) * 0x1_0000_0000 + this.#bytes.readUInt32BE(offset + 4);
  }

  double(): number {
    return this.#bytes.readDoubleBE(this.#take(8, "double"));
  }

  bool(): boolean {
    return this.int() !== 0;
  }

  /** Fixed-length opaque data; a view, not a copy. */
  fixed(length: number): Buffer {
    const offset = this.#take(length + ((4 - (length & 3)) & 3), "opaque data");
    return this.#bytes.subarray(offset, offset + length);
  }

  /** Variable-length opaque data; a view, not a copy. */
  opaque(max: number): Buffer {
    const length = this.uint();
    if (length > max) throw new XdrError(`opaque data of ${length} bytes, at most ${max} are allowed`);
    return this.fixed(length);
  }

  string(max: number = STRING_MAX): string {
    const length = this.uint();
    if (length > max) throw new XdrError(`string of ${length} bytes, at most ${max} are allowed`);
    return utf8.decode(this.fixed(length));
  }

  /** An XDR pointer (`remote_string`): absent or one value. */
  optional<T>(read: (reader: XdrReader) => T): T | undefined {
    const present = this.uint();
    if (present > 1) throw new XdrError(`optional marker is ${present}, not 0 or 1`);
    return present === 1 ? read(this) : undefined;
  }

  optionalString(): string | undefined {
    return this.optional((reader) => reader.string());
  }

  array<T>(max: number, read: (reader: XdrReader) => T): T[] {
    const count = this.uint();
    if (count > max) throw new XdrError(`array of ${count} elements, at most ${max} are allowed`);
    // the smallest XDR element has four bytes
    if (count * 4 > this.remaining) throw new XdrError(`array of ${count} elements in ${this.remaining} bytes`);
    const values: T[] = [];
    for (let i = 0; i < count; i++) values.push(read(this));
    return values;
  }

  /** The remaining bytes: the data of a stream message. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#take(this.remaining, "data"));
  }
}
