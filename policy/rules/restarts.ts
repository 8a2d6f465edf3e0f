import { z } from "zod";
import { spelled } from "../../model/props/shared.ts";
import type { ReviewedChange } from "../../review/index.ts";
import { concerns } from "../patterns.ts";
import { defineRule, type Rule } from "../rule.ts";
import { Window } from "../window.ts";
import { changesThat } from "./changes.ts";

/** Rules about interruptions. */

const window = spelled((text) => Window.parse(text), {
  description: "Days, times and a time zone (default: UTC); a window may pass midnight.",
  examples: ["Sat 22:00-04:00 Europe/Berlin"],
});

export const restart: Rule = defineRule({
  name: "restart",
  doc: "No running guest, network or pool is restarted or stopped, except in a window of time.",
  why: "Whoever uses it is interrupted.",
  fix: "take back the change that requires a restart, or apply inside the window",
  severity: "off",
  argument: "window",
  options: z.strictObject({
    window: z
      .union([window, z.array(window).min(1)])
      .optional()
      .meta({
        description:
          "When restarts are allowed: one window or several. Outside of it, a plan gets a warning, and its apply is refused. Default: never.",
      }),
  }),
  stack(subject, { window: given }, { now, stage }) {
    const windows = given === undefined ? [] : [given].flat();
    if (windows.some((text) => Window.parse(text).includes(now))) return [];
    const waits = windows.length > 0 && stage === "plan";
    const outside = windows.length === 0 ? "" : `; ${waits ? "apply is refused" : "this is"} outside ${windows.join(", ")}`;
    return changesThat(subject, ({ effect, interrupts }) =>
      interrupts !== undefined && (effect === "restart" || effect === "stop") ? `${interrupts}${outside}` : undefined,
    ).map((breach) => (waits ? { ...breach, severity: "warning" } : breach));
  },
});

/** Guests that one apply takes down, for a time or for good. */
export const goesDown = ({ findings }: ReviewedChange): boolean =>
  findings.some((finding) => finding.kind === "interruption" && finding.down === true && finding.effect !== "delete");

export const maxRestarts: Rule = defineRule({
  name: "max-restarts",
  doc: "One apply restarts, stops or replaces only so many guests, all stacks together.",
  why: "A mistake in a shared value should not reach every guest at once.",
  fix: "apply in steps: `cdkvm apply STACK`, or `--target`",
  severity: "off",
  argument: "most",
  options: z.strictObject({ most: z.int().min(0).default(0).meta({ description: "How many guests may go down." }) }),
  fleet(stacks, { most }) {
    const down = stacks.flatMap(({ review }) => review.changes.filter(goesDown).map(({ name }) => name));
    if (down.length <= most) return [];
    return [{ resource: "fleet", name: "fleet", message: `${down.length} guests go down, but at most ${most} may: ${named(down)}` }];
  },
});

const groupOf = (name: string, groups: Readonly<Record<string, readonly string[]>>): string | undefined =>
  Object.entries(groups).find(([, patterns]) => concerns(patterns, { resource: name, name }))?.[0] ?? /^(.*?)[-_.]?\d+$/.exec(name)?.[1];

export const groupDown: Rule = defineRule({
  name: "group-down",
  doc: "Guests of one group do not go down in one apply.",
  why: "The engine restarts guests at the same time, and then none of the group is left to serve.",
  fix: "apply them one after the other: `--parallelism 1`, or `--target`",
  severity: "off",
  argument: "most",
  options: z.strictObject({
    most: z.int().min(1).default(1).meta({ description: "How many guests of a group may go down in one apply." }),
    groups: z.record(z.string(), z.array(z.string()).min(1)).default({}).meta({
      description:
        "Groups by name, each with patterns of guests' names. Other guests are grouped by their names without the number: web1, web-2.",
    }),
  }),
  fleet(stacks, { most, groups }) {
    const down = stacks.flatMap(({ review }) => review.changes.filter(goesDown).map(({ name }) => name));
    const byGroup = Map.groupBy(down, (name) => groupOf(name, groups));
    return [...byGroup].flatMap(([group, guests]) =>
      group === undefined || group === "" || guests.length <= most
        ? []
        : [
            {
              resource: `group ${group}`,
              name: group,
              message: `${guests.length} guests of the group ${group} go down in one apply: ${named(guests)}`,
            },
          ],
    );
  },
});

const SHOWN = 10;
const named = (names: readonly string[]): string =>
  names.length > SHOWN ? `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more` : names.join(", ");
