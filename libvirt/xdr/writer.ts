import { STRING_MAX } from "./limits.ts";
import { XdrError } from "./reader.ts";

/** Writes XDR (RFC 4506) into a buffer that grows; the first `reserve` bytes are reserved for a header. */
export class XdrWriter {
  #bytes: Buffer;
  #offset: number;

  constructor(reserve = 0, capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(Math.max(reserve, capacity));
    this.#offset = reserve;
  }

  get length(): number {
    return this.#offset;
  }

  #room(length: number): number {
    const offset = this.#offset;
    const end = offset + length;
    if (end > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, offset);
      this.#bytes = grown;
    }
    this.#offset = end;
    return offset;
  }

  int(value: number): this {
    const offset = this.#room(4); // before #bytes is read: this may replace it
    this.#bytes.writeInt32BE(value, offset);
    return this;
  }

  uint(value: number): this {
    const offset = this.#room(4);
    this.#bytes.writeUInt32BE(value, offset);
    return this;
  }

  hyper(value: number | bigint): this {
    const offset = this.#room(8);
    this.#bytes.writeBigInt64BE(BigInt(value), offset);
    return this;
  }

  uhyper(value: number | bigint): this {
    const offset = this.#room(8);
    this.#bytes.writeBigUInt64BE(BigInt(value), offset);
    return this;
  }

  double(value: number): this {
    const offset = this.#room(8);
    this.#bytes.writeDoubleBE(value, offset);
    return this;
  }

  bool(value: boolean): this {
    return this.int(value ? 1 : 0);
  }

  /** Fixed-length opaque data. */
  fixed(data: Uint8Array): this {
    const padding = (4 - (data.length & 3)) & 3;
    const offset = this.#room(data.length + padding);
    this.#bytes.set(data, offset);
    this.#bytes.fill(0, offset + data.length, offset + data.length + padding);
    return this;
  }

  opaque(data: Uint8Array, max: number): this {
    if (data.length > max) throw new XdrError(`opaque data of ${data.length} bytes, at most ${max} are allowed`);
    return this.uint(data.length).fixed(data);
  }

  string(value: string): this {
    const length = Buffer.byteLength(value);
    if (length > STRING_MAX) throw new XdrError(`string of ${length} bytes, at most ${STRING_MAX} are allowed`);
    if (value.includes("\0")) throw new XdrError("string with a NUL character, where libvirt would truncate it");
    const padding = (4 - (length & 3)) & 3;
    const offset = this.uint(length).#room(length + padding);
    this.#bytes.write(value, offset, length, "utf8");
    this.#bytes.fill(0, offset + length, offset + length + padding);
    return this;
  }

  optional<T>(value: T | undefined, write: (writer: this, value: T) => unknown): this {
    if (value === undefined) return this.uint(0);
    this.uint(1);
    write(this, value);
    return this;
  }

  optionalString(value: string | undefined): this {
    return value === undefined ? this.uint(0) : this.uint(1).string(value);
  }

  array<T>(values: readonly T[], max: number, write: (writer: this, value: T) => unknown): this {
    if (values.length > max) throw new XdrError(`array of ${values.length} elements, at most ${max} are allowed`);
    this.uint(values.length);
    for (const value of values) write(this, value);
    return this;
  }

  /** The written bytes, including the reserved ones; a view, valid until the next write. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#offset);
  }
}
