import type { PlannedChange } from "../../../attributes/plan.ts";
import { isEmpty } from "../../../attributes/equality.ts";
import { domain as table } from "../../../model/domain/index.ts";
import { isValues, type Value, type Values } from "../../../model/values.ts";
import { changesBetween, refreshed } from "../../resource.ts";
import { isDefault } from "./defaults.ts";
import type { Observed } from "../observing/observe.ts";
import { withModulesApart } from "../observing/memory-modules.ts";

type Path = PlannedChange["path"];

export const isRunning = (state: Values): boolean => typeof state["id"] === "number" && state["id"] >= 0;

/** It runs, and is not to be stopped. */
export const runsOn = (prior: Values, planned: Values): boolean => isRunning(prior) && planned["running"] !== false;

/** What libvirt alone says of a guest follows from what is done to it. */
const isComputed = ({ path }: PlannedChange): boolean => path[0] === "id" || path[0] === "uuid";

/** The changes for which a running guest may have to be shut down and started. None where it does not run, or is to be stopped anyway. */
export function restartsOf(prior: Values, planned: Values, changes: readonly PlannedChange[]): readonly PlannedChange[] {
  if (!runsOn(prior, planned)) return [];
  return changes.filter((change) => change.change === "restart" && !isComputed(change));
}

/**
 * Of those changes the ones that the running guest does not have already. It has one where somebody changed the definition
 * alone (`virsh edit`), and where the configuration now says, or no longer says, what libvirt has by default.
 *
 * @param observed where libvirt fills in other values when it starts a guest (ports, how a CPU is checked), the definition tells
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

const startsWith = (part: Path, whole: Path): boolean => part.every((step, index) => step === whole[index]);
const overlaps = (one: Path, other: Path): boolean => startsWith(one, other) || startsWith(other, one);

/** Whether what the configuration takes away is in the running guest. Items may have other places there. */
function goes({ path, before }: PlannedChange, going: readonly PlannedChange[]): boolean {
  if (typeof path.at(-1) !== "number") return going.some((one) => overlaps(one.path, path));
  const list = path.slice(0, -1);
  const text = JSON.stringify(before);
  return going.some((one) =>
    one.path.length === path.length && one.after === null
      ? startsWith(list, one.path) && JSON.stringify(one.before) === text
      : startsWith(one.path, list),
  );
}

/** Undefined also inside lists, where libvirt's order is another. */
const valueAt = (values: Values, path: Path): Value | undefined =>
  path.reduce<Value | undefined>((value, step) => (typeof step === "string" && isValues(value) ? value[step] : undefined), values);
