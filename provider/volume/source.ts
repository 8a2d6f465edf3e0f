import { createHash, type Hash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { localPath } from "../made-file.ts";
import { checksumDiffers, downloadFailed, fileMissing, fileUnreadable } from "./errors.ts";
import { download } from "./http.ts";
import { HEAD_BYTES, readHead, type ImageHead } from "./image/index.ts";

/** Content for a volume, with its first bytes already read. */
export interface Source {
  readonly head: ImageHead;
  /** A file on this machine, which the plan could already inspect. */
  readonly local: boolean;
  /** Bytes; undefined if a server does not report them. */
  readonly size: number | undefined;
  /** From the first byte; at the end, throws at the checksum's attribute if the checksum does not match. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The digests of the complete content, once read to the end: SHA-256, and the algorithm of the checksum. */
  digests(): readonly string[];
  /** Closes what was opened, read or not. */
  close(): Promise<void>;
}

export const isHttp = (url: string): boolean => /^https?:/i.test(url);

/** The local path that a URL without a server names: `file:///x`, `/x`, or relative to the stack's folder. */
export const pathOf = (url: string): string => localPath(/^file:/i.test(url) ? fileURLToPath(url) : resolve(url));

const CHECKSUM = /^(sha256):([0-9a-f]{64})$|^(sha512):([0-9a-f]{128})$/i;
export const isChecksum = (text: string): boolean => CHECKSUM.test(text);

/** @throws at the URL's attribute: missing, unreachable, refused */
export async function openSource(url: string, checksum: string | undefined, signal: AbortSignal): Promise<Source> {
  const [raw, size] = isHttp(url) ? await fromServer(url, signal) : await fromFile(url);
  const digests: string[] = [];
  const iterator = guarded(verified(raw, url, checksum, digests), url, signal)[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let known = 0;
  try {
    while (known < HEAD_BYTES) {
      const { done, value } = await iterator.next();
      if (done) break;
      first.push(value);
      known += value.length;
    }
  } catch (error) {
    await iterator.return?.(undefined);
    throw error;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* first.splice(0);
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return;
      yield value;
    }
  }
  return {
    head: readHead(Buffer.concat(first).subarray(0, HEAD_BYTES)),
    local: !isHttp(url),
    size: size ?? (known < HEAD_BYTES ? known : undefined),
    chunks: chunks(),
    digests: () => digests,
    async close() {
      await iterator.return?.(undefined);
    },
  };
}

type Raw = readonly [chunks: AsyncIterable<Uint8Array>, size: number | undefined];

async function fromServer(url: string, signal: AbortSignal): Promise<Raw> {
  try {
    const { chunks, size } = await download(url, signal);
    return [chunks, size];
  } catch (error) {
    throw signal.aborted ? error : unreadable(url, error);
  }
}

async function fromFile(url: string): Promise<Raw> {
  try {
    const path = pathOf(url);
    const about = await stat(path);
    if (about.isDirectory()) throw new Error(`${path} is a directory`);
    const file = await open(path);
    return [file.createReadStream({ highWaterMark: 1024 * 1024 }), about.isFile() ? about.size : undefined];
  } catch (error) {
    throw unreadable(url, error);
  }
}

/** Identifies the image at a local URL; `undefined` if it cannot be read: its consumer reports why. */
export async function headOfFile(url: string): Promise<ImageHead | undefined> {
  try {
    const file = await open(pathOf(url));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return readHead(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

async function* guarded(chunks: AsyncIterable<Uint8Array>, url: string, signal: AbortSignal): AsyncGenerator<Uint8Array, undefined> {
  try {
    yield* chunks;
  } catch (error) {
    throw signal.aborted || (error instanceof Error && "diagnostics" in error) ? error : unreadable(url, error);
  }
  return undefined;
}

async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  url: string,
  checksum: string | undefined,
  digests: string[],
): AsyncGenerator<Uint8Array> {
  const [algorithm = "sha256", wanted] = checksum?.toLowerCase().split(":") ?? [];
  const hashes = new Map<string, Hash>([...new Set(["sha256", algorithm])].map((one) => [one, createHash(one)]));
  for await (const chunk of chunks) {
    for (const hash of hashes.values()) hash.update(chunk);
    yield chunk;
  }
  for (const [name, hash] of hashes) digests.push(`${name}:${hash.digest("hex")}`);
  const found = digests.find((one) => one.startsWith(`${algorithm}:`)) ?? "";
  if (wanted === undefined || found === `${algorithm}:${wanted}`) return;
  throw checksumDiffers(url, found, `${algorithm}:${wanted}`);
}

function unreadable(url: string, error: unknown): Error {
  if (isHttp(url)) return downloadFailed(url, error);
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  return isMissing ? fileMissing(url, pathOf(url), error) : fileUnreadable(url, error);
}
