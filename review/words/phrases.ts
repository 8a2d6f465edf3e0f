import { listed } from "../../model/listed.ts";
import type { Phrase } from "../phrase.ts";
import { growthText } from "../units.ts";

/** Of a plan, for one object or several, or of a change that somebody made already. */
export type Tense = "present" | "plural" | "past";

const VERBS = {
  moved: { present: "moves", plural: "moves", past: "moved" },
  grown: { present: "grows", plural: "grow", past: "grew" },
  shrunk: { present: "shrinks", plural: "shrink", past: "shrank" },
  recreated: { present: "is recreated", plural: "is recreated", past: "was recreated" },
} as const;

/** Number of parts that a sentence shows of one text; the details show all. */
const PARTS = 8;

/** `memory 4 → 8 GiB`, `disk vda: cache set to none`, `grows 20 → 40 GiB (online), disk vda of web1`. */
export function phraseWords(phrase: Phrase, tense: Tense = "present"): string {
  const { kind, item = "", attribute, before = "", after = "", detail, online } = phrase;
  switch (kind) {
    case "changed":
      return changed(phrase);
    case "added":
    case "removed":
      return `${item}${detail === undefined ? "" : ` (${detail})`} ${kind}`;
    case "inserted":
      return `${item}: ${attribute} ${after} inserted`;
    case "ejected":
      return `${item}: ${attribute} ${before} ejected`;
    case "moved":
      return `${item} ${VERBS[kind][tense]} from ${before} to ${after}`;
    case "grown":
    case "shrunk":
      return [
        `${VERBS[kind][tense]} ${fromTo(phrase)}${online && tense !== "past" ? " (online)" : ""}`,
        ...(tense === "present" && detail !== undefined ? [detail] : []),
      ].join(", ");
    case "recreated":
      return `${item} ${VERBS[kind][tense]}`;
  }
}

const fromTo = ({ before, after, bytes }: Phrase): string => (bytes === undefined ? `${before} → ${after}` : growthText(...bytes));

function changed(phrase: Phrase): string {
  const { item, attribute, before, after, parts = [] } = phrase;
  const what = [item, attribute].filter(Boolean).join(": ");
  if (parts.length > 0) {
    const found = listed(parts, PARTS, "; ");
    return what === "" ? found : `${what}: ${found}`;
  }
  if (before === undefined) return after === undefined ? `${what} changed` : `${what} set to ${after}`;
  return after === undefined ? `${what} ${before} removed` : `${what} ${fromTo(phrase)}`;
}

/** What changes, as the provider calls it: `disk vda cache`, `disk vdb added`. */
export function phraseName({ kind, item, attribute }: Phrase): string {
  const name = [item, attribute].filter(Boolean).join(" ");
  return kind === "added" || kind === "removed" ? `${name} ${kind}` : kind === "recreated" ? `${name} is recreated` : name;
}
