import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../model/errors.ts";

/** Gives up on a server that sends nothing for this long. */
const STALL_MS = 60_000;
/** How often a broken transfer is resumed. */
const RETRIES = 3;
const PAUSE_MS = 500;
/** Redirect limit; same as curl's default. */
const REDIRECTS = 20;

export interface Download {
  /** Total bytes; undefined if the server does not report them. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The server's answer is final: a retry gives the same. */
export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`the server answered ${status}${text === "" ? "" : ` ${text}`}`);
    this.name = "HttpError";
    this.status = status;
  }
}

interface Answer {
  readonly response: Response;
  /** Call on each sign of life; the transfer ends if none comes. */
  readonly alive: () => void;
  readonly end: () => void;
}

/**
 * Fetches a URL as a stream. Resumes a broken or stalled connection where it stopped, while the server confirms that it is still the
 * same file (RFC 9110, `If-Range`).
 */
export async function download(url: string, signal: AbortSignal): Promise<Download> {
  let answer = await persist(() => request(url, signal), signal);
  const { headers } = answer.response;
  const encoded = (headers.get("content-encoding") ?? "identity") !== "identity";
  const length = headers.get("content-length");
  const size = length === null || encoded ? undefined : Number(length);
  const tag = headers.get("etag");
  const validator = tag !== null && !tag.startsWith("W/") ? tag : headers.get("last-modified");

  async function* chunks(): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (let tries = 0; ; tries++) {
      let broken: unknown;
      try {
        for await (const chunk of answer.response.body ?? []) {
          answer.alive();
          offset += chunk.length;
          yield chunk;
        }
        if (size === undefined || offset >= size) return;
        broken = new Error(`the connection ended after ${offset} of ${size} bytes`);
      } catch (error) {
        broken = error;
      } finally {
        answer.end();
      }
      if (signal.aborted || tries >= RETRIES || validator === null || encoded) throw broken;
      await delay(PAUSE_MS * 2 ** tries, undefined, { signal });
      answer = await persist(() => request(url, signal, { range: `bytes=${offset}-`, "if-range": validator }), signal);
      if (answer.response.status === 206) continue;
      answer.end();
      throw new Error(`${messageOf(broken)}, and the server cannot resume it`, { cause: broken });
    }
  }
  return { size, chunks: chunks() };
}

/** Retries failures that a busy server or a broken connection may have caused. */
async function persist(attempt: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const final = error instanceof HttpError && error.status < 500 && error.status !== 429;
      if (final || signal.aborted || tries >= RETRIES) throw error;
      await delay(PAUSE_MS * 2 ** tries, undefined, { signal });
    }
  }
}

async function request(url: string, signal: AbortSignal, headers: Record<string, string> = {}): Promise<Answer> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error(`the server sent nothing for ${STALL_MS / 1000} seconds`)), STALL_MS);
  const end = (): void => {
    clearTimeout(timer);
    stalled.abort();
  };
  const either = AbortSignal.any([signal, stalled.signal]);
  try {
    let current = new URL(url);
    for (let hops = 0; ; hops++) {
      const response = await fetch(withoutLogin(current), {
        headers: { ...login(current), "accept-encoding": "identity", ...headers },
        redirect: "manual",
        signal: either,
      });
      const location = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || location === null) {
        if (!response.ok) {
          await response.body?.cancel();
          throw new HttpError(response.status, response.statusText);
        }
        return { response, alive: () => timer.refresh(), end };
      }
      await response.body?.cancel();
      if (hops >= REDIRECTS) throw new HttpError(response.status, `and redirects more than ${REDIRECTS} times`);
      const next = new URL(location, current);
      if (next.protocol !== "http:" && next.protocol !== "https:")
        throw new HttpError(response.status, `and redirects to ${next.protocol}`);
      if (current.protocol === "https:" && next.protocol === "http:")
        throw new HttpError(response.status, "and redirects from https to http");
      current = next;
    }
  } catch (error) {
    clearTimeout(timer);
    throw error instanceof TypeError && error.cause instanceof Error ? new Error(messageOf(error.cause), { cause: error }) : error;
  }
}

function withoutLogin(url: URL): URL {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain;
}

/** A login in a URL is sent only to that URL's own server. */
function login({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
