import { knownSecrets } from "../model/hidden.ts";
import { visible } from "../model/visible.ts";

/** Colors that `styleText` writes; harmless in a guest's title. */
const COLORS = /\u001b\[(?:[0-2]|22|3[0-9]|9[0-7])m/;

/** Text safe for a terminal: without secrets and control sequences. */
export function printable(text: string, colored: boolean, secrets: "hidden" | "shown" = "hidden"): string {
  const safe = secrets === "shown" ? text : knownSecrets().hide(text);
  if (!colored) return visible(safe);
  return safe
    .split(new RegExp(`(${COLORS.source})`))
    .map((piece, index) => (index % 2 === 1 ? piece : visible(piece)))
    .join("");
}

/** Data as JSON, with control characters escaped. */
export const jsonText = (data: unknown, indent?: number): string => visible(knownSecrets().hide(JSON.stringify(data, undefined, indent)));

/** Prints data for programs. @param secrets `shown` if requested */
export function printData(data: unknown, secrets: "hidden" | "shown" = "hidden"): void {
  process.stdout.write(`${secrets === "shown" ? JSON.stringify(data, undefined, 2) : jsonText(data, 2)}\n`);
}
