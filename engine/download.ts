import { createHash } from "node:crypto";
import { CdkvmError, messageOf } from "../model/errors.ts";

export interface DownloadOptions {
  readonly url: string;
  /** Expected hash of the bytes, in hex. */
  readonly sha256: string;
  /** Fails after this long without data, in milliseconds. */
  readonly timeout: number;
  readonly onProgress: (line: string) => void;
  readonly abort?: AbortSignal | undefined;
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(1)} MiB`;

/**
 * Downloads a file of some tens of MiB into memory and verifies it. Throws CDKVM_ENGINE_DOWNLOAD if the download fails,
 * CDKVM_ENGINE_CHECKSUM if the checksum differs.
 */
export async function download(options: DownloadOptions): Promise<Uint8Array> {
  const { url, sha256, onProgress } = options;
  const bytes = await fetchBytes(options);
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256) {
    throw new CdkvmError({
      code: "CDKVM_ENGINE_CHECKSUM",
      doing: `download ${url}`,
      problem: `its SHA-256 is ${actual}, and must be ${sha256}`,
      likely: "the mirror or a proxy has answered with something else, or the file was changed",
      fix: "look at what the address gives; use another mirror (CDKVM_ENGINE_MIRROR)",
    });
  }
  onProgress(`downloaded ${mebibytes(bytes.length)}, checksum is right`);
  return bytes;
}

async function fetchBytes({ url, timeout, onProgress, abort }: DownloadOptions): Promise<Uint8Array> {
  const stalled = new AbortController();
  const giveUp = (): void => stalled.abort(new Error(`nothing arrived for ${timeout / 1000} s`));
  let timer = setTimeout(giveUp, timeout);
  try {
    onProgress(`downloading ${url}`);
    const response = await fetch(url, { signal: abort ? AbortSignal.any([stalled.signal, abort]) : stalled.signal });
    if (!response.ok || !response.body) throw new Error(`the server answers ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const chunks: Uint8Array[] = [];
    let received = 0;
    let told = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeout);
      chunks.push(chunk);
      received += chunk.length;
      const tenth = total > 0 ? Math.floor((10 * received) / total) : 0;
      if (tenth > told && tenth < 10) onProgress(`downloaded ${tenth}0 % of ${mebibytes(total)}`);
      told = Math.max(told, tenth);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    const reason = cause instanceof TypeError && cause.cause !== undefined ? messageOf(cause.cause) : messageOf(cause);
    throw new CdkvmError({
      code: "CDKVM_ENGINE_DOWNLOAD",
      doing: `download ${url}`,
      problem: reason,
      fix: "give a mirror that can be reached (CDKVM_ENGINE_MIRROR, or NODE_USE_ENV_PROXY=1 behind a proxy)",
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
