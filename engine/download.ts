import { createHash } from "node:crypto";
import { downloadFailed, wrongChecksum } from "./install-errors.ts";

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
  if (actual !== sha256) throw wrongChecksum(url, actual, sha256);
  onProgress(`downloaded ${mebibytes(bytes.length)}; the checksum matches`);
  return bytes;
}

async function fetchBytes({ url, timeout, onProgress, abort }: DownloadOptions): Promise<Uint8Array> {
  const stalled = new AbortController();
  const giveUp = (): void => stalled.abort(new Error(`no data for ${timeout / 1000} s`));
  let timer = setTimeout(giveUp, timeout);
  try {
    onProgress(`downloading ${url}`);
    const response = await fetch(url, { signal: abort ? AbortSignal.any([stalled.signal, abort]) : stalled.signal });
    if (!response.ok || !response.body) throw new Error(`the server responded with ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const chunks: Uint8Array[] = [];
    let received = 0;
    let reported = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, timeout);
      chunks.push(chunk);
      received += chunk.length;
      const tenth = total > 0 ? Math.floor((10 * received) / total) : 0;
      if (tenth > reported && tenth < 10) onProgress(`downloaded ${tenth}0 % of ${mebibytes(total)}`);
      reported = Math.max(reported, tenth);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    throw downloadFailed(url, cause);
  } finally {
    clearTimeout(timer);
  }
}
