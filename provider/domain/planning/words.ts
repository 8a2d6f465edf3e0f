import type { PlannedChange } from "../../../attributes/plan.ts";
import { isList, isValues, type Value, type Values } from "../../../model/values.ts";

const SINGULAR: Readonly<Record<string, string>> = { graphics: "graphics", mem_balloon: "memory balloon", redir_devs: "redirected device", memorydevs: "memory device", hostdevs: "host device", tpms: "TPM" }; // prettier-ignore
const singular = (list: string): string => SINGULAR[list] ?? list.replace(/s$/, "");

/** The user-facing name of what changes: `cpu model`, `disk vda driver cache`. */
export function wordsFor({ path, before, after }: PlannedChange, prior: Values, planned: Values): string {
  const [first, ...rest] = path;
  const steps = first === "devices" ? rest : path;
  const values = after === null && typeof path.at(-1) === "number" ? prior : planned;
  const words: string[] = [];
  let at: Value | undefined = first === "devices" ? values["devices"] : values;
  for (const step of steps) {
    at = typeof step === "number" ? (isList(at) ? at[step] : undefined) : isValues(at) ? at[step] : undefined;
    if (typeof step === "number") {
      const list = words.pop() ?? "";
      words.push(singular(list.replaceAll(" ", "_")), nameOf(at) ?? String(step + 1));
    } else words.push(step.replaceAll("_", " "));
  }
  const text = words.join(" ");
  if (typeof path.at(-1) !== "number") return text;
  return before === null ? `${text} added` : after === null ? `${text} removed` : text;
}

/** The user-facing name of a device. */
function nameOf(item: Value | undefined): string | undefined {
  if (!isValues(item)) return undefined;
  for (const [group, name] of [
    ["target", "dev"],
    ["mac", "address"],
  ] as const) {
    // prettier-ignore
    const found = isValues(item[group]) ? item[group][name] : undefined;
    if (typeof found === "string") return found;
  }
  return undefined;
}
