import type { Effect, Review, ReviewedAttribute, ReviewedChange } from "./schema.ts";
import { createTwoFilesPatch } from "diff";

/** The counts that a reader sees: those that matter always, the rest where there are any. */
export function countsOf(review: Pick<Review, "counts">): readonly { readonly label: string; readonly count: number }[] {
  const { counts } = review;
  const always = [
    ["create", counts.create],
    ["update live", counts.live],
    ["update with restart", counts.restart],
    ["replace", counts.replace],
    ["delete", counts.delete],
  ] as const;
  const whereAny = [
    ["stop", counts.stop],
    ["update, effect unknown", counts.update],
    ["record only", counts.recorded],
    ["move", counts.moved],
    ["import", counts.imported],
    ["forget", counts.forgotten],
    ["drift healed", counts.healed],
    ["drift left", counts.drifted - counts.healed],
  ] as const;
  return [...always, ...whereAny.filter(([, count]) => count > 0), ["no change", counts.unchanged] as const].map(([label, count]) => ({
    label,
    count,
  }));
}

/** What a change is, as a command. */
export const VERBS: Readonly<Record<Effect, string>> = {
  create: "create",
  live: "update live",
  restart: "update with restart",
  start: "start",
  stop: "stop",
  replace: "replace",
  delete: "delete",
  forget: "forget",
  recorded: "record",
  update: "update",
  none: "move",
};

/** The sign before a change that shows its effect at a glance. */
export const MARKS: Readonly<Record<Effect, string>> = {
  create: "+",
  live: "~",
  update: "~",
  recorded: "~",
  start: ">",
  restart: "!",
  stop: "!",
  replace: "±",
  delete: "-",
  forget: ".",
  none: "→",
};

/** What the details of a change show. */
export interface Detail {
  readonly effect: Effect;
  readonly title: string;
  readonly address: string;
  readonly movedFrom?: string | undefined;
  readonly reasons: readonly string[];
  /** What marks among the values stand for. */
  readonly note?: string | undefined;
  readonly head: readonly string[];
  /** Path and value; of an update path, before, after and class. */
  readonly rows: readonly (readonly string[])[];
  readonly contents: readonly { readonly path: string; readonly changes: readonly string[] }[];
  /** Multi-line values as diffs. */
  readonly diffs: readonly { readonly path: string; readonly diff: string }[];
}

export function detailOf(change: ReviewedChange): Detail {
  const { effect, imported, noun, name, address, movedFrom, reasons, attributes } = change;
  const side = effect === "create" ? "after" : effect === "delete" ? "before" : undefined;
  return {
    effect,
    title: `${effect === "none" && imported !== undefined ? "import" : VERBS[effect]} ${noun} ${name}`,
    address,
    movedFrom,
    reasons,
    head: side === undefined ? ["attribute", "before", "after", "change"] : ["attribute", "value"],
    rows: attributes
      .filter(({ text }) => text !== true)
      .map((one) =>
        side === undefined ? [one.path, shown(one.before), shown(one.after), one.change ?? ""] : [one.path, shown(one[side])],
      ),
    contents: attributes.flatMap(({ path, changes }) => (changes === undefined ? [] : [{ path, changes }])),
    diffs: attributes.filter(({ text }) => text === true).map((one) => ({ path: one.path, diff: textDiff(one) })),
  };
}

/** A multi-line value on both sides as a unified diff, with three lines of context. */
export function textDiff(attribute: ReviewedAttribute): string {
  const text = (value: ReviewedAttribute["before"]): string =>
    value === null ? "" : Array.isArray(value) ? value.join("\n") : String(value);
  const patch = createTwoFilesPatch("before", "after", ended(text(attribute.before)), ended(text(attribute.after)), "", "", { context: 3 });
  return patch
    .split("\n")
    .slice(3)
    .filter((line) => !line.startsWith("\\ "))
    .join("\n")
    .trimEnd();
}

const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

const shown = (value: ReviewedAttribute["before"]): string =>
  value === null ? "" : Array.isArray(value) ? value.map(String).join(", ") : String(value);
