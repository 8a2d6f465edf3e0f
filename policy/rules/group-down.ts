import { z } from "zod";
import { listed } from "../../model/listed.ts";
import { downAtOnce, goesDown } from "../../review/index.ts";
import { concerns } from "../patterns.ts";
import { defineRule, type Rule } from "../rule.ts";

const groupOf = (name: string, groups: Readonly<Record<string, readonly string[]>>): string | undefined =>
  Object.entries(groups).find(([, patterns]) => concerns(patterns, { resource: name, name }))?.[0] ?? /^(.*?)[-_.]?\d+$/.exec(name)?.[1];

export const groupDown: Rule = defineRule({
  name: "group-down",
  doc: "Guests of one group are not down at the same time.",
  why: "Apply goes on while a guest boots, unless a rollout waits for it, and then none of the group is left to serve.",
  fix: "restart them in turns: a `rollout` with a small `atOnce`; replaced, stopped and other guests that take no turn: in steps, `--only`",
  severity: "off",
  argument: "most",
  options: z.strictObject({
    most: z.int().min(1).default(1).meta({ description: "How many guests of a group may be down at the same time." }),
    groups: z.record(z.string(), z.array(z.string()).min(1)).default({}).meta({
      description:
        "Groups by name, each with patterns of guests' names. Other guests are grouped by their names without the number: web1, web-2.",
    }),
  }),
  fleet(stacks, { most, groups }) {
    const down = stacks.flatMap(({ review }) => review.changes.filter(goesDown).map(({ name }) => name));
    const ordered = stacks.map(({ stack, dependencies, review }) => ({ name: stack, dependencies, review }));
    return [...Map.groupBy(down, (name) => groupOf(name, groups))].flatMap(([group, guests]) => {
      if (group === undefined || group === "" || guests.length <= most) return [];
      const members = new Set(guests);
      const atOnce = downAtOnce(ordered, (change) => goesDown(change) && members.has(change.name));
      if (atOnce <= most) return [];
      const often = atOnce < guests.length ? `, up to ${atOnce} at the same time` : "";
      const message = `${guests.length} guests of the group ${group} go down in one apply${often}: ${listed(guests, 10)}`;
      return [{ resource: `group ${group}`, name: group, message }];
    });
  },
});
