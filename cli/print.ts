import { knownSecrets } from "../model/hidden.ts";
import { visible } from "../model/visible.ts";

/** Colors as `styleText` writes them: what a guest's title could do with them harms nobody. */
const COLORS = /\u001b\[(?:[0-2]|22|3[0-9]|9[0-7])m/;

/** A text as a terminal may have it: without secrets, and without what a terminal would act on. */
export function printable(text: string, colored: boolean, secrets: "hidden" | "shown" = "hidden"): string {
  const safe = secrets === "shown" ? text : knownSecrets().hide(text);
  if (!colored) return visible(safe);
  return safe
    .split(new RegExp(`(${COLORS.source})`))
    .map((piece, index) => (index % 2 === 1 ? piece : visible(piece)))
    .join("");
}

/** Data as JSON, which has an escape of its own for what a terminal would act on. */
export const jsonText = (data: unknown, indent?: number): string => visible(knownSecrets().hide(JSON.stringify(data, undefined, indent)));

/** Prints data for programs. @param secrets `shown` where they are asked for */
export function printData(data: unknown, secrets: "hidden" | "shown" = "hidden"): void {
  process.stdout.write(`${secrets === "shown" ? JSON.stringify(data, undefined, 2) : jsonText(data, 2)}\n`);
}
