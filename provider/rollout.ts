import type { RolloutSettings } from "../model/rollout.ts";
import { rolloutAborted } from "./errors.ts";

/** Guests of one host that take turns to restart: an engine limits resources at once, but knows no guests. */
export class Rollout {
  readonly settings: RolloutSettings;
  readonly #failed: string[] = [];
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  constructor(settings: RolloutSettings) {
    this.settings = settings;
  }

  /**
   * Runs a guest's restart when its turn has come. Its turn lasts until it is back.
   *
   * @throws CDKVM_ROLLOUT_ABORTED if too many others have failed before its turn came
   */
  async turn<T>(guest: string, signal: AbortSignal, restart: () => Promise<T>): Promise<T> {
    await this.#place(guest, signal);
    try {
      return await restart();
    } catch (error) {
      this.#failed.push(guest);
      throw error;
    } finally {
      this.#taken--;
      for (const wake of this.#waiting) wake();
    }
  }

  async #place(guest: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      if (this.#failed.length >= this.settings.abortAfter) throw rolloutAborted(guest, this.#failed);
      if (this.#taken < this.settings.atOnce) break;
      await this.#change(signal);
    }
    this.#taken++;
  }

  /** Resolves when a turn ends, in the order in which guests began to wait, and on abort. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
