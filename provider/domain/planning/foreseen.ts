import { asText, isValues, type Values } from "../../../model/values.ts";
import type { Host } from "../../host.ts";
import type { Context } from "../../protocol/resource.ts";
import { planOutdated } from "./errors.ts";

/** What a plan found and announced: apply does no more than that, however much later it runs. */
export interface Foreseen {
  /** Whether the guest ran. */
  readonly ran: boolean;
  readonly restarts: boolean;
}

/** Stores it in the private data of the plan, for apply. */
export function foresee(context: Context<Host>, { ran, restarts }: Foreseen): void {
  const { private: mine } = context;
  context.setPrivate({ ...(isValues(mine) ? mine : {}), foreseen: { ran, restarts } });
}

/** Removes it from the private data, so that no state keeps it. Undefined if an older cdkvm made the plan. */
export function foreseen(context: Context<Host>): Foreseen | undefined {
  const { private: mine } = context;
  if (!isValues(mine) || !isValues(mine["foreseen"])) return undefined;
  const { foreseen: found, ...rest } = mine;
  context.setPrivate(Object.keys(rest).length === 0 ? null : rest);
  return { ran: found["ran"] === true, restarts: found["restarts"] === true };
}

/** What an update is about to do. */
export interface Doing {
  readonly active: boolean;
  readonly restarts: readonly string[];
  /** Whether the guest itself changes. */
  readonly changes: boolean;
}

/** @throws CDKVM_PLAN_OUTDATED if the guest was started or stopped since, and apply would do what nobody has reviewed */
export function refuseMore(planned: Values, { ran, restarts }: Foreseen, { active, restarts: reasons, changes }: Doing): void {
  const name = asText(planned["name"]);
  if (reasons.length > 0 && !restarts) {
    const since = ran ? "what it runs with was changed since" : "it was off when this was planned, and runs now";
    throw planOutdated(name, `would have to restart (${reasons.join(", ")}), which the plan does not mention: ${since}`);
  }
  if (active && !ran && planned["running"] === false) {
    throw planOutdated(name, "would be shut down, which the plan does not mention: it was off when this was planned, and runs now");
  }
  if (active && !ran && changes) {
    throw planOutdated(name, "would be changed while it runs, which the plan does not mention: it was off when this was planned");
  }
  if (!active && ran && planned["running"] === true && !restarts) {
    throw planOutdated(name, "would be started, which the plan does not mention: it ran when this was planned, and is off now");
  }
}
