import type { Waiting } from "../../model/waiting.ts";
import { callTimeout } from "../call-errors.ts";
import { callOf, objectOf } from "../call-words.ts";
import { longProcedures, readingProcedures } from "../procedures.ts";

export interface PatienceOptions {
  /** Milliseconds before {@link PatienceOptions.onWait} is called for a call, and again each time the wait has doubled. @default 15000 */
  readonly noticeMs?: number;
  /** Milliseconds before giving up on a call that libvirt normally answers at once. @default 120000 */
  readonly limitMs?: number;
  readonly onWait?: (waiting: Waiting) => void;
  /** Ends all calls, including later ones. Answers that libvirt sends soon are still accepted. */
  readonly signal?: AbortSignal;
}

/** How long libvirt has to answer after the signal; a guest start or a volume creation should rather finish than stop halfway. */
const GRACE_MS = 1000;
const LONG_GRACE_MS = 10_000;
const DEFAULT_NOTICE_MS = 15_000;
const DEFAULT_LIMIT_MS = 120_000;

/** One call, or one pause of a stream, that waits for libvirt. */
export interface Wait {
  /** The call has been sent: from now on, it waits for libvirt. */
  sent(): void;
  end(): void;
}

interface Entry {
  readonly procedure: number;
  readonly args: Uint8Array;
  readonly isStream: boolean;
  readonly giveUp: (error: unknown) => void;
  readonly began: number;
  /** Since when libvirt could have answered. */
  from: number;
  isSent: boolean;
  nextNotice: number;
}

/**
 * Timeouts of calls to libvirt: reports which call waits, ends those that take too long, and all of them after the signal. Long calls
 * (filling volumes, building pools, saving guests) have no limit; nor have other calls meanwhile, because libvirt may hold them back
 * until those are done.
 */
export class Patience {
  readonly #host: string;
  readonly #options: PatienceOptions;
  readonly #peer: { ping(): void; hung(error: Error): void };
  readonly #noticeMs: number;
  readonly #limitMs: number;
  readonly #waits = new Set<Entry>();
  #timer: NodeJS.Timeout | undefined;
  #answered = 0;
  #heard = 0;
  #interrupted: number | undefined;

  /** `peer.ping` asks for a sign of life; `peer.hung` gives the peer up. */
  constructor(host: string, options: PatienceOptions, peer: { ping(): void; hung(error: Error): void }) {
    this.#host = host;
    this.#options = options;
    this.#peer = peer;
    this.#noticeMs = options.noticeMs ?? DEFAULT_NOTICE_MS;
    this.#limitMs = options.limitMs ?? DEFAULT_LIMIT_MS;
    if (options.signal?.aborted) this.#interrupt();
    else options.signal?.addEventListener("abort", this.#interrupt, { once: true });
  }

  /** @param giveUp ends the wait with this error */
  begin(procedure: number, args: Uint8Array, giveUp: (error: unknown) => void, isStream = false): Wait {
    const now = performance.now();
    const nextNotice = now + this.#noticeMs;
    const entry: Entry = { procedure, args, isStream, giveUp, began: now, from: now, isSent: isStream, nextNotice };
    this.#waits.add(entry);
    this.#timer ??= setInterval(() => this.#check(), Math.min(500, this.#noticeMs / 3, this.#limitMs / 3)).unref();
    return {
      sent: () => {
        entry.isSent = true;
        entry.from = performance.now();
      },
      end: () => void this.#waits.delete(entry),
    };
  }

  /** Something was received. */
  heard(): void {
    this.#heard = performance.now();
  }

  /** A call has been answered. */
  answered(): void {
    this.#answered = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
    this.#waits.clear();
  }

  readonly #interrupt = (): void => {
    this.#interrupted = performance.now();
    this.#peer.ping();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#check(), GRACE_MS / 10).unref();
  };

  #check(): void {
    const now = performance.now();
    if (this.#interrupted !== undefined) return this.#endInterrupted(now, this.#interrupted);
    const isSlow = [...this.#waits].some((one) => one.isSent && longProcedures.has(one.procedure));
    for (const one of this.#waits) {
      if (now >= one.nextNotice) {
        one.nextNotice = one.began + 2 * (now - one.began);
        this.#options.onWait?.(this.#describe(one, now));
      }
      if (one.isStream) continue;
      if (isSlow) one.from = now;
      const from = one.isSent ? one.from : Math.max(one.from, this.#answered);
      if (now - from < this.#limitMs) continue;
      const error = callTimeout(this.#describe(one, now));
      if (this.#answered <= from) return this.#peer.hung(error);
      one.giveUp(error);
    }
  }

  #endInterrupted(now: number, since: number): void {
    const reason: unknown = this.#options.signal?.reason;
    if (now - since < GRACE_MS) return;
    if (this.#heard < since) return this.#peer.hung(reason instanceof Error ? reason : new Error(String(reason)));
    for (const one of this.#waits) if (now - Math.max(one.began, since) >= graceOf(one)) one.giveUp(reason);
  }

  #describe({ procedure, args, began }: Entry, now: number): Waiting {
    const object = objectOf(procedure, args);
    const seconds = Math.round((now - began) / 1000);
    return { host: this.#host, call: callOf(procedure), ...(object !== undefined && { object }), seconds };
  }
}

const graceOf = ({ procedure }: Entry): number =>
  longProcedures.has(procedure) && !readingProcedures.has(procedure) ? LONG_GRACE_MS : GRACE_MS;
