import { CdkvmError } from "../../model/errors.ts";
import { callWords, type Waiting } from "../../model/waiting.ts";
import { callOf, objectOf } from "../call-words.ts";
import { longProcedures, readingProcedures } from "../procedures.ts";

export interface PatienceOptions {
  /** Milliseconds after which {@link PatienceOptions.onWait} is told of a call, and again each time that it took twice as long. @default 15000 */
  readonly noticeMs?: number;
  /** Milliseconds after which a call that libvirt answers at once is given up. @default 120000 */
  readonly limitMs?: number;
  readonly onWait?: (waiting: Waiting) => void;
  /** Ends all calls, also those that are made later. What libvirt answers soon is still taken. */
  readonly signal?: AbortSignal;
}

/** How long libvirt has to answer once the signal has come; a guest that starts or a volume that is made is better done than half done. */
const GRACE_MS = 1000;
const LONG_GRACE_MS = 10_000;
const DEFAULT_NOTICE_MS = 15_000;
const DEFAULT_LIMIT_MS = 120_000;

/** One call, or one pause of a stream, that waits for libvirt. */
export interface Wait {
  /** It has left this side: from then on it is libvirt's turn. */
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
 * How long to wait for libvirt: says which call waits, ends those that take too long, and all of them after the signal.
 * Calls that take as long as they take (volumes that are filled, pools that are built, guests that are saved) have no limit, and
 * others none beside them, for libvirt may hold these back until those are done.
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

  /** `peer.ping` asks for a sign of life; `peer.hung`: nothing is to be expected of it any more. */
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
    this.#timer ??= setInterval(() => this.#look(), Math.min(500, this.#noticeMs / 3, this.#limitMs / 3)).unref();
    return {
      sent: () => {
        entry.isSent = true;
        entry.from = performance.now();
      },
      end: () => void this.#waits.delete(entry),
    };
  }

  /** Something has come in. */
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
    this.#timer = setInterval(() => this.#look(), GRACE_MS / 10).unref();
  };

  #look(): void {
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
      const error = unanswered(this.#describe(one, now));
      if (this.#answered <= from) return this.#peer.hung(error);
      one.giveUp(error);
    }
  }

  #endInterrupted(now: number, at: number): void {
    const reason: unknown = this.#options.signal?.reason;
    if (now - at < GRACE_MS) return;
    if (this.#heard < at) return this.#peer.hung(reason instanceof Error ? reason : new Error(String(reason)));
    for (const one of this.#waits) if (now - Math.max(one.began, at) >= graceOf(one)) one.giveUp(reason);
  }

  #describe({ procedure, args, began }: Entry, now: number): Waiting {
    const object = objectOf(procedure, args);
    const seconds = Math.round((now - began) / 1000);
    return { host: this.#host, call: callOf(procedure), ...(object !== undefined && { object }), seconds };
  }
}

const graceOf = ({ procedure }: Entry): number =>
  longProcedures.has(procedure) && !readingProcedures.has(procedure) ? LONG_GRACE_MS : GRACE_MS;

const unanswered = (waiting: Waiting): CdkvmError =>
  new CdkvmError({
    code: "CDKVM_CALL_TIMEOUT",
    doing: `talk to libvirt at ${waiting.host}`,
    problem: `libvirt has not answered ${callWords(waiting)} within ${waiting.seconds} seconds`,
    likely: "libvirtd hangs, or waits for storage or for a guest's QEMU that does not answer. What was asked for may still happen",
    fix:
      "look at the host's log (journalctl -u libvirtd), restart libvirtd there (guests go on running), then run the same command again; " +
      "where the host is only slow, wait longer: CDKVM_CALL_TIMEOUT=600",
  });
