import type { ArgsDef } from "citty";
import { CdkvmError } from "../model/errors.ts";

/** Options that several commands share, described once. */
export const shared = {
  stacks: {
    type: "positional",
    required: false,
    description: "Stacks to work on, by name or glob (default: all), or a fleet file",
    valueHint: "stack... | fleet.yaml",
  },
  app: { type: "string", description: "The program that synthesizes (default: `app` in cdktf.json)", valueHint: "command" },
  output: { type: "string", description: "Folder to synthesize into (default: cdktf.out)", valueHint: "folder" },
  json: { type: "boolean", description: "Print data for programs" },
  color: { type: "boolean", default: true, description: "Colors, where the terminal has them", negativeDescription: "Without colors" },
  "auto-approve": { type: "boolean", description: "Ask nothing" },
  parallelism: { type: "string", description: "Resources to work on at once, for each stack (default: 10)", valueHint: "n" },
  "detailed-exitcode": { type: "boolean", description: "Exit 2 where there are changes" },
  verbose: { type: "boolean", description: "The engine's own text too" },
} as const satisfies ArgsDef;

/** A whole number above zero from an option's text. */
export function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new CdkvmError({
    code: "CDKVM_USAGE",
    doing: `read --${name}`,
    problem: `"${text}" is not a whole number above 0`,
    fix: `for example --${name} 4`,
  });
}
