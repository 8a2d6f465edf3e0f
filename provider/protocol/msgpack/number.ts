/** A number as decimal digits, whole or not. */
export const decimal = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** A number that a double holds, else its digits; null where it is none. */
export function numberFrom(raw: unknown): number | string | null {
  if (typeof raw === "bigint") return Number.isSafeInteger(Number(raw)) ? Number(raw) : raw.toString();
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : null;
  if (typeof raw !== "string" || !decimal.test(raw)) return null;
  const number = Number(raw);
  return String(number) === raw ? number : raw;
}
