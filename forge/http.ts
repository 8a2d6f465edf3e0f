import { setTimeout as delay } from "node:timers/promises";
import { rememberSecrets } from "../model/hidden.ts";
import { insecure, rateLimited, refused, unreachable } from "./errors.ts";

export interface HttpOptions {
  /** `https://api.github.com` */
  readonly base: string;
  readonly token: string;
  /** The scheme of the Authorization header: `Bearer`, `token`. */
  readonly scheme: string;
  /** Waits; tests count instead. @default really */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export interface Answer {
  readonly data: unknown;
  /** The query of the next page, if there is one. */
  readonly next?: string;
}

/** A POST whose answer is lost: the forge may have done it. */
export class Uncertain extends Error {}

const ATTEMPTS = 5;
/** Longer than a secondary rate limit of GitHub usually asks for; milliseconds. */
const LONGEST_WAIT = 120_000;
const TIMEOUT = 30_000;

/**
 * JSON over HTTPS with a token. Repeats what failed for a moment (network, 5xx) if it can be repeated safely, and waits for rate
 * limits, within bounds. Follows no redirects, which could take the token elsewhere.
 */
export class ForgeHttp {
  readonly #options: HttpOptions;
  readonly #wait: (milliseconds: number) => Promise<unknown>;

  constructor(options: HttpOptions) {
    if (!isSafe(options.base)) throw insecure(options.base);
    rememberSecrets([options.token]);
    this.#options = options;
    this.#wait = options.wait ?? delay;
  }

  async get(path: string): Promise<Answer> {
    return await this.#repeated("GET", path, undefined);
  }

  /** All pages of a list. */
  async list<T>(path: string): Promise<readonly T[]> {
    const [bare, query = ""] = path.split("?");
    const all: T[] = [];
    for (let next: string | undefined = query; next !== undefined;) {
      const answer: Answer = await this.get(`${bare}?${next}`);
      all.push(...(answer.data as T[]));
      next = answer.next;
    }
    return all;
  }

  async send(method: "PATCH" | "PUT" | "DELETE" | "POST", path: string, body?: object): Promise<unknown> {
    return (await this.#repeated(method, path, body)).data;
  }

  /**
   * Creates something, once: if the answer to a POST is lost, looks for it before it is tried again.
   *
   * @param find what may have been created; undefined if it is not there
   */
  async create<T>(post: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await post();
      } catch (error) {
        if (!(error instanceof Uncertain)) throw error;
        await this.#wait(backoff(attempt));
        const found = await find();
        if (found !== undefined) return found;
        if (attempt === ATTEMPTS) throw error.cause;
      }
    }
  }

  async #repeated(method: string, path: string, body: object | undefined): Promise<Answer> {
    const call = `${method} ${path.split("?", 1)[0]}`;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#once(method, path, body).catch((error: unknown) => unreachable(call, rootOf(error)));
      if (response instanceof Response && response.ok) return await answerOf(response);
      const limit = response instanceof Response ? await limitOf(response) : undefined;
      if (response instanceof Response && limit === undefined && response.status < 500)
        throw refused(call, response.status, await saidBy(response));
      const failure = response instanceof Response ? unreachable(call, new Error(`the forge answered ${response.status}`)) : response;
      if (limit !== undefined) {
        if (limit > LONGEST_WAIT || attempt === ATTEMPTS) throw rateLimited(call, Math.ceil(limit / 1000));
        await this.#wait(limit);
        continue;
      }
      if (method === "POST") throw new Uncertain(failure.message, { cause: failure });
      if (attempt === ATTEMPTS) throw failure;
      await this.#wait(backoff(attempt));
    }
  }

  async #once(method: string, path: string, body: object | undefined): Promise<Response> {
    const { base, token, scheme } = this.#options;
    return await fetch(`${base.replace(/\/$/, "")}${path}`, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
      headers: {
        accept: "application/json",
        authorization: `${scheme} ${token}`,
        "user-agent": "cdkvm",
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }
}

/** 1, 2, 4, 8 s, and up to a quarter more, so that jobs do not return together. */
const backoff = (attempt: number): number => 1000 * 2 ** (attempt - 1) * (1 + Math.random() / 4);

/** fetch hides the reason in its cause. */
const rootOf = (error: unknown): unknown => (error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error);

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

function isSafe(base: string): boolean {
  if (!URL.canParse(base)) return false;
  const { protocol, hostname, username, password } = new URL(base);
  if (username !== "" || password !== "") return false;
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const link = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(response.headers.get("link") ?? "")?.[1];
  // only its query: the token goes nowhere else
  const next = link === undefined ? undefined : new URL(link, response.url).search.slice(1);
  return { data: text === "" ? undefined : JSON.parse(text), ...(next !== undefined && { next }) };
}

/** How long a rate limit asks to wait, in milliseconds; undefined if the answer is none. */
async function limitOf(response: Response): Promise<number | undefined> {
  const { status, headers } = response;
  if (status !== 429 && status !== 403) return undefined;
  const after = headers.get("retry-after");
  if (after !== null) return Math.max(0, /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now());
  const left = headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining");
  const reset = headers.get("x-ratelimit-reset") ?? headers.get("ratelimit-reset");
  if (reset !== null && (left === "0" || status === 429)) return Math.max(1000, Number(reset) * 1000 - Date.now());
  return status === 429 || (await isSecondary(response)) ? 60_000 : undefined;
}

/** GitHub's limit on bursts, which may come without headers. */
async function isSecondary(response: Response): Promise<boolean> {
  const { documentation_url: page } = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { readonly documentation_url?: string };
  return page?.includes("secondary-rate-limits") ?? false;
}

/** The forge's own message, shortened. */
async function saidBy(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const { message, error } = JSON.parse(text) as { readonly message?: unknown; readonly error?: unknown };
    const said = message ?? error ?? "";
    return (typeof said === "string" ? said : JSON.stringify(said)).slice(0, 300);
  } catch {
    return "";
  }
}
