import type { PlannedChange } from "../../../attributes/plan.ts";
import { isEmpty } from "../../../attributes/equality.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { type AttributePath, isValues, leadsTo, overlaps, type Value, type Values } from "../../../model/values.ts";
import { changesBetween, refreshed } from "../../resource.ts";
import { isDefault } from "./defaults.ts";
import type { Observed } from "../observing/observe.ts";
import { withModulesApart } from "../observing/memory-modules.ts";

export const isRunning = (state: Values): boolean => typeof state["id"] === "number" && state["id"] >= 0;

/** It runs, and is to keep running. */
export const runsOn = (prior: Values, planned: Values): boolean => isRunning(prior) && planned["running"] !== false;

/** Values that only libvirt reports follow from other changes. */
const isComputed = ({ path }: PlannedChange): boolean => path[0] === "id" || path[0] === "uuid";

/** The changes that may require a restart of a running guest. None if it is off, or to be stopped anyway. */
export function restartsOf(prior: Values, planned: Values, changes: readonly PlannedChange[]): readonly PlannedChange[] {
  if (!runsOn(prior, planned)) return [];
  return changes.filter((change) => change.change === "restart" && !isComputed(change));
}

/**
 * The changes that the running guest does not have yet. It already has a change if somebody changed only the definition
 * (`virsh edit`), or if the configuration adds or removes what is libvirt's default.
 *
 * @param observed its definition decides where libvirt fills in other values at start (ports, CPU check mode)
 */
export function realRestarts(
  restarts: readonly PlannedChange[],
  prior: Values,
  planned: Values,
  { running, actual }: Pick<Observed, "running" | "actual">,
): readonly PlannedChange[] {
  if (restarts.length === 0 || running === undefined) return restarts;
  const runs = withModulesApart(planned, running);
  const missingIn = (there: Values): readonly PlannedChange[] => changesBetween(table, refreshed(table, planned, there), planned);
  const [inGuest, inDefinition] = [missingIn(runs), missingIn(actual)];
  const going = changesBetween(table, refreshed(table, prior, runs), planned);
  const comes = (change: PlannedChange, missing: readonly PlannedChange[]): boolean =>
    missing.some(({ path }) => overlaps(path, change.path));
  return restarts.filter((change) => {
    if (change.after === null) return goes(change, going) && !isDefault(change.path, prior, actual);
    if (change.before !== null) return comes(change, inGuest);
    if (isValues(change.after) && isEmpty(change.after)) return valueAt(runs, change.path) === undefined;
    return comes(change, inGuest) && comes(change, inDefinition);
  });
}

/** Whether the running guest has what the configuration removes. Items may have other indices there. */
function goes({ path, before }: PlannedChange, going: readonly PlannedChange[]): boolean {
  if (typeof path.at(-1) !== "number") return going.some((one) => overlaps(one.path, path));
  const list = path.slice(0, -1);
  const text = JSON.stringify(before);
  return going.some((one) =>
    one.path.length === path.length && one.after === null
      ? leadsTo(list, one.path) && JSON.stringify(one.before) === text
      : leadsTo(one.path, list),
  );
}

/** Also undefined inside lists, where libvirt's order differs. */
const valueAt = (values: Values, path: AttributePath): Value | undefined =>
  path.reduce<Value | undefined>((value, step) => (typeof step === "string" && isValues(value) ? value[step] : undefined), values);
