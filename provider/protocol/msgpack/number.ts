/** A number as decimal digits, integer or not. */
export const decimal = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** A number if a double can hold it, else its digits; null if it is not a number. */
export function numberFrom(raw: unknown): number | string | null {
  if (typeof raw === "bigint") return Number.isSafeInteger(Number(raw)) ? Number(raw) : raw.toString();
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : null;
  if (typeof raw !== "string" || !decimal.test(raw)) return null;
  const number = Number(raw);
  return String(number) === raw ? number : raw;
}
