import type { Holds } from "../../model/table.ts";
import { ignitionParts, kernelArgument } from "./ignition.ts";
import { keyedParts } from "./keyed.ts";
import { option } from "./names.ts";
import { part, type Part } from "./part.ts";
import { scriptParts } from "./script.ts";
import { userDataParts } from "./user-data.ts";

export { digestOf, type Fact, type Part, type PartKind } from "./part.ts";

const readers: Readonly<Record<Holds, (text: string) => Part[]>> = {
  "user-data": userDataParts,
  keyed: keyedParts,
  ignition: ignitionParts,
  script: (text) => scriptParts(text),
  argument: (text) => [part("argument", option(text), text)],
  "kernel-arguments": (text) =>
    // a quoted value may contain spaces
    (text.match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? []).map((one) => part("kernel argument", kernelArgument(one), one)),
  value: () => [],
};

/** The parts of a free text that may be shown. Never throws, whatever the text. */
export function partsOf(holds: Holds, text: string): readonly Part[] {
  try {
    return readers[holds](text);
  } catch {
    return [part("text", "", text)]; // nested deeper than the stack
  }
}
