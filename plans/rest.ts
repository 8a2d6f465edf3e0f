import { isDeepStrictEqual } from "node:util";
import { type ActionKind, actionKind, type Plan, type ResourceChange, type ResourceValues } from "../engine/index.ts";
import { isRecord } from "../model/records.ts";

/** What a stack needs after an apply that did not end, compared with the plan that was approved. */
export interface Rest {
  /** Addresses that change as approved. */
  readonly left: readonly string[];
  /** Addresses to which something else would happen. */
  readonly beyond: readonly string[];
}

/** @param now a new plan of the same configuration */
export function restOf(approved: Plan, now: Plan): Rest {
  const before = new Map(approved.resourceChanges.map((one) => [keyOf(one), one]));
  const changes = now.resourceChanges.filter((one) => !DOES_NOTHING.has(actionKind(one.change)));
  const isApproved = (one: ResourceChange): boolean => {
    const own = before.get(keyOf(one)) ?? before.get(one.address);
    return own !== undefined && isPart(own, one);
  };
  return {
    left: changes.filter(isApproved).map(({ address }) => address),
    beyond: changes.filter((one) => !isApproved(one)).map(({ address }) => address),
  };
}

/**
 * Whether an apply of the plan explains the whole state: each resource is as it was, or as the plan makes it. An apply that did not end, of which
 * nothing else is known, leaves such a state.
 */
export function explains(plan: Plan, state: readonly ResourceValues[]): boolean {
  const managed = (all: readonly ResourceValues[]): Map<string, ResourceValues> =>
    new Map(all.filter(({ mode }) => mode === "managed").map((one) => [placeOf(one), one]));
  const [before, now] = [managed(plan.priorResources), managed(state)];
  const changes = new Map(plan.resourceChanges.map((one) => [keyOf(one), one]));
  const isExplained = (place: string): boolean => {
    const [was, is] = [before.get(place), now.get(place)];
    if (was !== undefined && is !== undefined && leadsTo(was.values, undefined, is.values)) return is.tainted === was.tainted;
    const change = changes.get(place)?.change;
    const kind = change === undefined ? "no-op" : actionKind(change);
    if (is === undefined) return kind === "delete" || kind === "forget" || kind === "replace";
    return change !== undefined && !is.tainted && MAKES.has(kind) && leadsTo(change.after, change.after_unknown, is.values);
  };
  return [...new Set([...before.keys(), ...now.keys()])].every(isExplained);
}

const MAKES: ReadonlySet<ActionKind> = new Set(["create", "update", "replace"]);

const placeOf = ({ address, deposed_key: deposed = "" }: ResourceValues): string => (deposed === "" ? address : `${address} ${deposed}`);

const DOES_NOTHING: ReadonlySet<ActionKind> = new Set(["no-op", "read"]);

/** A replaced instance that is yet to be deleted is a change of its own. */
const keyOf = ({ address, deposed = "" }: ResourceChange): string => (deposed === "" ? address : `${address} ${deposed}`);

function isPart(approved: ResourceChange, { change }: ResourceChange): boolean {
  const [whole, part] = [actionKind(approved.change), actionKind(change)];
  const isHalf = whole === "replace" && (part === "create" || part === "delete");
  if (part !== whole && !isHalf) return false;
  return part === "delete" || part === "forget" || leadsTo(approved.change.after, approved.change.after_unknown, change.after);
}

/** Whether a value is the one that was planned; what was unknown then may be anything. */
function leadsTo(planned: unknown, unknown: unknown, now: unknown): boolean {
  if (unknown === true) return true;
  if (Array.isArray(planned) && Array.isArray(now))
    return (
      planned.length === now.length && planned.every((one, index) => leadsTo(one, Array.isArray(unknown) && unknown[index], now[index]))
    );
  if (isRecord(planned) && isRecord(now)) {
    const names = new Set([...Object.keys(planned), ...Object.keys(now)]);
    return [...names].every((name) => leadsTo(planned[name], isRecord(unknown) && unknown[name], now[name]));
  }
  return isDeepStrictEqual(planned ?? null, now ?? null);
}
