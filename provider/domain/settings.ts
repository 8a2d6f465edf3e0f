import { DomainStart } from "../../libvirt/flags.ts";
import { type Value, type Values, valueAt } from "../../model/values.ts";

/** Default in seconds for `update.shutdown.timeout` and `destroy.shutdown.timeout`. */
const DEFAULT_TIMEOUT_S = { update: 300, destroy: 60 } as const;

const seconds = (value: Value | undefined, otherwise: number): number => (typeof value === "number" && value >= 0 ? value : otherwise);

/** How long a guest gets to shut down for a restart. */
export const updateTimeout = (values: Values): number =>
  seconds(valueAt(values, "update", "shutdown", "timeout") ?? valueAt(values, "destroy", "shutdown", "timeout"), DEFAULT_TIMEOUT_S.update);

/** How long a guest gets to shut down before it is removed; 0 if it is to be turned off at once. */
export const destroyTimeout = (values: Values): number =>
  valueAt(values, "destroy", "graceful") === false
    ? 0
    : seconds(valueAt(values, "destroy", "shutdown", "timeout"), DEFAULT_TIMEOUT_S.destroy);

/** Whether the guest is never turned off: an apply that would do so fails. */
export const isGracefulOnly = (values: Values): boolean => values["shutdown"] === "graceful-only";

/** How a guest is started: `create` as flags of virDomainCreate. */
export function startFlags(values: Values): number {
  const wants = (name: string): boolean => valueAt(values, "create", name) === true;
  return (
    (wants("paused") ? DomainStart.PAUSED : 0) |
    (wants("bypass_cache") ? DomainStart.BYPASS_CACHE : 0) |
    (wants("force_boot") ? DomainStart.FORCE_BOOT : 0) |
    (wants("reset_nvram") ? DomainStart.RESET_NVRAM : 0)
  );
}

/** Whether to check the definition against libvirt's schema. */
export const isValidated = (values: Values): boolean => valueAt(values, "create", "validate") === true;
