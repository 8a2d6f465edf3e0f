import { bytesPerUnit } from "../model/bytes.ts";
import type { Value } from "../model/values.ts";

const unitOf = (unit: Value | undefined, fallback: string): number | undefined => bytesPerUnit(typeof unit === "string" ? unit : fallback);

/** libvirt stores memory in whole KiB, rounded up. */
const roundUp = (bytes: number, fallback: string): number => (fallback === "KiB" ? Math.ceil(bytes / 1024) : bytes);

export function sameQuantity(a: number, unitA: Value | undefined, b: number, unitB: Value | undefined, fallback: string): boolean {
  const one = unitOf(unitA, fallback);
  const two = unitOf(unitB, fallback);
  if (one === undefined || two === undefined) return a === b && (unitA ?? fallback) === (unitB ?? fallback);
  if (one === two) return a === b;
  if (Number.isSafeInteger(a * one) && Number.isSafeInteger(b * two)) return roundUp(a * one, fallback) === roundUp(b * two, fallback);
  return BigInt(a) * BigInt(one) === BigInt(b) * BigInt(two);
}

/** A number in another unit, if it is a whole number there. */
export function inUnit(value: number, unit: Value | undefined, target: Value | undefined, fallback: string): number | undefined {
  const from = unitOf(unit, fallback);
  const to = unitOf(target, fallback);
  if (from === undefined || to === undefined) return undefined;
  if (from === to) return value;
  const bytes = BigInt(Math.trunc(value)) * BigInt(from);
  return bytes % BigInt(to) === 0n ? Number(bytes / BigInt(to)) : undefined;
}
