import type { Value } from "../model/values.ts";

/** Bytes of a unit as libvirt names them: https://libvirt.org/formatdomain.html#memory-allocation; letter case does not count. */
const POWERS = "kmgtpe";

export function bytesPerUnit(unit: string): number | undefined {
  const name = unit.toLowerCase();
  if (name === "" || name === "b" || name === "byte" || name === "bytes") return 1;
  const power = POWERS.indexOf(name[0] ?? "") + 1;
  if (power === 0) return undefined;
  const rest = name.slice(1);
  if (rest === "" || rest === "ib") return 1024 ** power;
  return rest === "b" ? 1000 ** power : undefined;
}

const unitOf = (unit: Value | undefined, fallback: string): number | undefined => bytesPerUnit(typeof unit === "string" ? unit : fallback);

/** libvirt keeps memory in whole KiB and rounds up to them. */
const roundUp = (bytes: number, fallback: string): number => (fallback === "KiB" ? Math.ceil(bytes / 1024) : bytes);

export function sameQuantity(a: number, unitA: Value | undefined, b: number, unitB: Value | undefined, fallback: string): boolean {
  const one = unitOf(unitA, fallback);
  const two = unitOf(unitB, fallback);
  if (one === undefined || two === undefined) return a === b && (unitA ?? fallback) === (unitB ?? fallback);
  if (one === two) return a === b;
  if (Number.isSafeInteger(a * one) && Number.isSafeInteger(b * two)) return roundUp(a * one, fallback) === roundUp(b * two, fallback);
  return BigInt(a) * BigInt(one) === BigInt(b) * BigInt(two);
}

/** A number in another unit, where it is whole there. */
export function inUnit(value: number, unit: Value | undefined, target: Value | undefined, fallback: string): number | undefined {
  const from = unitOf(unit, fallback);
  const to = unitOf(target, fallback);
  if (from === undefined || to === undefined) return undefined;
  if (from === to) return value;
  const bytes = BigInt(Math.trunc(value)) * BigInt(from);
  return bytes % BigInt(to) === 0n ? Number(bytes / BigInt(to)) : undefined;
}
