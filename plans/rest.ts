import { isDeepStrictEqual } from "node:util";
import { type ActionKind, actionKind, type Plan, type ResourceChange } from "../engine/index.ts";

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

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
