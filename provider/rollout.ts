import { type Value, type Values, valueAt } from "../model/values.ts";
import { rolloutAborted } from "./errors.ts";

/** How restarted guests are waited for. */
export type Wait = "agent" | "ip" | { readonly command: string };

/** How the guests of a host are restarted; the provider's `rollout`. */
export interface RolloutSettings {
  /** Guests that restart at the same time. */
  readonly atOnce: number;
  readonly wait: Wait;
  /** Seconds that a guest gets to come back. */
  readonly timeout: number;
  /** Failures from which no further guest restarts. */
  readonly abortAfter: number;
}

const number = (value: Value | undefined, otherwise: number): number => (typeof value === "number" && value >= 1 ? value : otherwise);

/** Undefined if guests restart whenever the engine comes to them. */
export function rolloutSettings(provider: Values): RolloutSettings | undefined {
  if (provider["rollout"] === undefined || provider["rollout"] === null) return undefined;
  const given = (name: string): Value | undefined => valueAt(provider, "rollout", name);
  const command = given("command");
  return {
    atOnce: number(given("at_once"), 1),
    wait: typeof command === "string" ? { command } : given("wait") === "ip" ? "ip" : "agent",
    timeout: number(given("timeout"), 300),
    abortAfter: number(given("abort_after"), 1),
  };
}

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
