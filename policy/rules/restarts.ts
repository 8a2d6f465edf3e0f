import { z } from "zod";
import { listed } from "../../model/listed.ts";
import { spelled } from "../../model/props/shared.ts";
import { goesDown } from "../../review/index.ts";
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
    return [{ resource: "fleet", name: "fleet", message: `${down.length} guests go down, but at most ${most} may: ${listed(down, 10)}` }];
  },
});
