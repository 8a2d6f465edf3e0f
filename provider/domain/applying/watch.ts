import { setTimeout as delay } from "node:timers/promises";
import type { Libvirt } from "../../../libvirt/connection.ts";
import { LibvirtError } from "../../../libvirt/errors.ts";
import type { EventKind, Subscription } from "../../../libvirt/events.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";

/** Longest wait on a host that sends no events, or whose connection was lost. */
const DEAF_MS = 500;

/**
 * Signals that something happened to one guest. A waiter checks first, then after each event, and occasionally in between: a host may
 * not send events, and a reopened connection delivers none.
 */
export class Watch {
  readonly #subscriptions: readonly Subscription<unknown>[];
  #happened = false;
  #deaf = false;
  #wake: () => void = () => {};

  private constructor(subscriptions: readonly Subscription<unknown>[], isDeaf: boolean) {
    this.#subscriptions = subscriptions;
    this.#deaf = isDeaf;
    for (const subscription of subscriptions) void this.#follow(subscription);
  }

  static async open({ events }: Libvirt, domain: DomainRef, ...kinds: readonly EventKind[]): Promise<Watch> {
    const asked = await Promise.allSettled(kinds.map((kind): Promise<Subscription<unknown>> => events.subscribe(kind, domain)));
    const refused = asked.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    const watch = new Watch(
      asked.flatMap((one) => (one.status === "fulfilled" ? [one.value] : [])),
      refused.length > 0,
    );
    const failure = refused.find((error) => !(error instanceof LibvirtError));
    if (failure === undefined) return watch;
    await watch.close();
    throw failure;
  }

  async #follow(subscription: Subscription<unknown>): Promise<void> {
    try {
      for (;;) {
        if ((await subscription.next()).done === true) return;
        this.#happened = true;
        this.#wake();
      }
    } catch {
      this.#deaf = true; // the connection is lost; the next check reports why, or uses the next connection
      this.#wake();
    }
  }

  /** Resolves on the next event, or on one that came since the last call, and after `ms` at the latest. */
  async next(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.#happened) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      const either = signal === undefined ? woken.signal : AbortSignal.any([signal, woken.signal]);
      await delay(Math.max(1, this.#deaf ? Math.min(ms, DEAF_MS) : ms), undefined, { signal: either }).catch(() => {});
      this.#wake = () => {};
      signal?.throwIfAborted();
    }
    this.#happened = false;
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((one) => one.close().catch(() => {}))); // a lost connection has none to close
  }
}

/** Watches a guest during a task. */
export async function watching<T>(
  libvirt: Libvirt,
  domain: DomainRef,
  kinds: readonly EventKind[],
  task: (watch: Watch) => Promise<T>,
): Promise<T> {
  const watch = await Watch.open(libvirt, domain, ...kinds);
  try {
    return await task(watch);
  } finally {
    await watch.close();
  }
}
