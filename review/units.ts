import { bytesPerUnit } from "../model/bytes.ts";
import { at, textAt, type Shown } from "./tree.ts";

/** The bytes of a number in a libvirt unit; `undefined` if libvirt does not know the unit. */
export function bytesOf(amount: number, unit: string): number | undefined {
  const factor = bytesPerUnit(unit);
  return factor === undefined ? undefined : amount * factor;
}

const NAMES = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** `4 GiB`, `1.5 GiB`, `10.4 MiB`: exact if two decimals suffice, else truncated to them. */
export function formatBytes(bytes: number): string {
  let index = 0;
  while (index < NAMES.length - 1 && bytes >= 1024 ** (index + 1)) index += 1;
  const amount = Math.floor((bytes / 1024 ** index) * 100) / 100;
  return `${amount} ${NAMES[index]}`;
}

/** A size before and after; in bytes if the short form would read the same on both sides. */
export function formatGrowth(before: number, after: number): readonly [string, string] {
  const short = [formatBytes(before), formatBytes(after)] as const;
  return short[0] === short[1] && before !== after ? [`${before} bytes`, `${after} bytes`] : short;
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
