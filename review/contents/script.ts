import { key } from "./names.ts";
import { fact, hidden, part, type Part } from "./part.ts";

/** A script is shown by its interpreter and its length: any line may hold a secret, in any form. */
export function scriptParts(text: string, name = ""): Part[] {
  const interpreter = /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(\S+)/.exec(text)?.[1]?.split("/").at(-1);
  const lines = text.split("\n").filter((line) => line.trim() !== "").length;
  return [
    part("script", name, text, [
      fact("interpreter", key(interpreter)),
      fact("lines", String(lines)),
      hidden("text", text),
      fact("network", /^# combustion:.*\bnetwork\b/m.test(text) ? "needed" : undefined),
    ]),
  ];
}
