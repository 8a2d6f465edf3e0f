import { plainDomain } from "../../libvirt/codec/plain-domain.ts";
import type { PlannedChange } from "../../libvirt/codec/plan.ts";
import { isEmpty } from "../../libvirt/codec/same.ts";
import { domain as table } from "../../model/domain/index.ts";
import { isList, isValues, type Value, type Values } from "../../model/values.ts";
import { changesBetween, refreshed } from "../resource.ts";
import { withModulesApart } from "./memory-modules.ts";

type Path = PlannedChange["path"];

export const isRunning = (state: Values): boolean => typeof state["id"] === "number" && state["id"] >= 0;

/** What libvirt alone says of a guest follows from what is done to it. */
const isComputed = ({ path }: PlannedChange): boolean => path[0] === "id" || path[0] === "uuid";

/** The changes for which a running guest may have to be shut down and started. None where it does not run, or is to be stopped anyway. */
export function restartsOf(prior: Values, planned: Values, changes: readonly PlannedChange[]): readonly PlannedChange[] {
  if (!isRunning(prior) || planned["running"] === false) return [];
  return changes.filter((change) => change.change === "restart" && !isComputed(change));
}

/**
 * Of those changes the ones that the running guest does not have already. It has one where somebody changed the definition
 * alone (`virsh edit`), and where the configuration now says, or no longer says, what libvirt has by default.
 *
 * @param live what runs, in the table's attributes
 */
export function realRestarts(
  restarts: readonly PlannedChange[],
  prior: Values,
  planned: Values,
  live: Values | undefined,
): readonly PlannedChange[] {
  if (restarts.length === 0 || live === undefined) return restarts;
  const runs = withModulesApart(planned, live);
  const coming = changesBetween(table, refreshed(table, planned, runs), planned);
  const going = changesBetween(table, refreshed(table, prior, runs), planned);
  const plain = plainDomain(runs);
  return restarts.filter((change) => {
    if (change.after === null) return goes(change, going) && !isDefault(change.path, prior, plain);
    if (change.before === null && isValues(change.after) && isEmpty(change.after)) return valueAt(runs, change.path) === undefined;
    return coming.some(({ path }) => overlaps(path, change.path));
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

/** Whether libvirt has at this place what it has by itself: a person who describes the running guest leaves it out. */
function isDefault(path: Path, prior: Values, plain: Values): boolean {
  if (path.some((step) => typeof step === "number")) return isDefaultInItem(path, prior, plain);
  return isEmpty(valueAt(plain, path));
}

/** Items are found by their place, where both sides have as many of them. */
function isDefaultInItem(path: Path, prior: Values, plain: Values): boolean {
  const at = path.findIndex((step) => typeof step === "number");
  const before = valueAt(prior, path.slice(0, at));
  const there = valueAt(plain, path.slice(0, at));
  if (!isList(before)) return false;
  if (at === path.length - 1) return isDefaultItem(String(path[at - 1]), before[Number(path[at])] ?? null);
  const was = before[Number(path[at])];
  const item = isList(there) && there.length === before.length ? there[Number(path[at])] : undefined;
  if (!isValues(item) || !isValues(was)) return false;
  return isDefault(path.slice(at + 1), was, item);
}

/** A device that libvirt adds to every guest by itself. The model of a controller it may choose anew. */
function isDefaultItem(list: string, item: Value | undefined): boolean {
  if (!isValues(item)) return false;
  const said = Object.fromEntries(Object.entries(item).filter(([, value]) => !isEmpty(value)));
  if (list === "controllers" && said["model"] !== undefined && !/-root$/.test(String(said["model"]))) return false;
  return plainDomain({ devices: { [list]: [said] } })["devices"] === undefined;
}

/** Undefined also inside lists, where libvirt's order is another. */
const valueAt = (values: Values, path: Path): Value | undefined =>
  path.reduce<Value | undefined>((value, step) => (typeof step === "string" && isValues(value) ? value[step] : undefined), values);
