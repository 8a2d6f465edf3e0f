import { bytesPerUnit } from "../model/bytes.ts";
import { at, textAt, type Shown } from "./tree.ts";

/** The bytes of a number in a libvirt unit; `undefined` if libvirt does not know the unit. */
export function bytesOf(amount: number, unit: string): number | undefined {
  const factor = bytesPerUnit(unit);
  return factor === undefined ? undefined : amount * factor;
}

const NAMES = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

interface Size {
  readonly amount: number;
  readonly unit: (typeof NAMES)[number];
}

/** Exact if two decimals suffice, else truncated to them. */
function sizeOf(bytes: number): Size {
  let index = 0;
  while (index < NAMES.length - 1 && bytes >= 1024 ** (index + 1)) index += 1;
  return { amount: Math.floor((bytes / 1024 ** index) * 100) / 100, unit: NAMES[index] ?? "bytes" };
}

const textOf = ({ amount, unit }: Size): string => `${amount} ${unit}`;

/** `4 GiB`, `1.5 GiB`, `10.4 MiB` */
export const formatBytes = (bytes: number): string => textOf(sizeOf(bytes));

/** In bytes if the short form would read the same on both sides. */
function growthOf(before: number, after: number): readonly [Size, Size] {
  const [old, now] = [sizeOf(before), sizeOf(after)];
  if (textOf(old) !== textOf(now) || before === after) return [old, now];
  return [
    { amount: before, unit: "bytes" },
    { amount: after, unit: "bytes" },
  ];
}

/** A size before and after, each with its unit. */
export function formatGrowth(before: number, after: number): readonly [string, string] {
  const [old, now] = growthOf(before, after);
  return [textOf(old), textOf(now)];
}

/** `24 → 32 MiB`, `512 MiB → 1.5 GiB`: a unit that both sides have is told once. */
export function growthText(before: number, after: number): string {
  const [old, now] = growthOf(before, after);
  return `${old.unit === now.unit ? old.amount : textOf(old)} → ${textOf(now)}`;
}

/** A size in a state, with its sibling unit. */
export function bytesAt(side: Shown, name: string, fallback: string): number | undefined {
  const amount = at(side, name);
  return typeof amount === "number" ? bytesOf(amount, textAt(side, `${name}_unit`) ?? fallback) : undefined;
}

export function sizeAt(side: Shown, name: string, fallback: string): string | undefined {
  const bytes = bytesAt(side, name, fallback);
  return bytes === undefined ? undefined : formatBytes(bytes);
}
