import { type Value, type Values, valueAt } from "./values.ts";

/** How restarted guests are waited for. */
export type RolloutWait = "agent" | "ip" | { readonly command: string };

/** How the guests of a host are restarted; the provider's `rollout`. */
export interface RolloutSettings {
  /** Guests that restart at the same time. */
  readonly atOnce: number;
  readonly wait: RolloutWait;
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
