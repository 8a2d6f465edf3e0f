import { uploadLost } from "./call-errors.ts";

/** How much of the last data is kept, and the unit in which zeros are detected. */
const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

export const isZero = (block: Uint8Array): boolean => Buffer.compare(block, ZEROS.subarray(0, block.length)) === 0;

/**
 * The last data that an upload sent. libvirt loses a write error that coincides with the end of the stream (`virFDStreamCloseInt`,
 * 9.0 and newer) and reports success. It writes in order, and a failed write ends all later ones: so the data sent last shows whether
 * everything arrived. Zeros show nothing, since a new volume already contains them.
 */
export class UploadEnd {
  readonly #start: number;
  #end: number;
  readonly #block = Buffer.alloc(BLOCK);
  /** How much of the block is used. */
  #length = 0;
  /** Its offset in the volume. */
  #offset = 0;

  /** @param offset where in the volume the upload starts */
  constructor(offset: number) {
    this.#start = offset;
    this.#end = offset;
  }

  sent(chunk: Uint8Array): void {
    for (let to = chunk.length; to > 0; to -= BLOCK) {
      const from = Math.max(0, to - BLOCK);
      const block = chunk.subarray(from, to);
      if (isZero(block)) continue;
      this.#block.set(block); // the source may reuse its memory
      this.#length = block.length;
      this.#offset = this.#end + from;
      break;
    }
    this.#end += chunk.length;
  }

  /**
   * Reads the end back and compares.
   *
   * @throws CDKVM_UPLOAD_LOST
   */
  async check(volume: string, read: (offset: number, length: number) => AsyncIterable<Uint8Array>): Promise<void> {
    const data = this.#block.subarray(0, this.#length);
    const stored = await collect(read, this.#offset, data.length);
    if (!stored.equals(data)) throw uploadLost(volume, this.#end - this.#start, this.#offset);
    const last = this.#end - 1;
    if (this.#end === this.#start || last < this.#offset + data.length) return;
    if ((await collect(read, last, 1)).length !== 1) throw uploadLost(volume, this.#end - this.#start, last);
  }
}

/** libvirt treats a length of 0 as everything. */
async function collect(
  read: (offset: number, length: number) => AsyncIterable<Uint8Array>,
  offset: number,
  length: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  if (length > 0) for await (const chunk of read(offset, length)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
