import type { ReviewedChange } from "../../review/index.ts";
import { type Breach, defineRule, type Rule } from "../rule.ts";
import type { StackSubject } from "../subject.ts";

/** Rules about what a plan does to single resources. */

/** @param message about a change that breaks the rule */
export const changesThat = ({ review }: StackSubject, message: (change: ReviewedChange) => string | undefined): Breach[] =>
  review.changes.flatMap((change) => {
    const told = message(change);
    return told === undefined ? [] : [{ resource: change.address, name: change.name, message: told }];
  });

export const dataLoss: Rule = defineRule({
  name: "data-loss",
  doc: "No volume, pool or guest is deleted or replaced with its data.",
  why: "The data cannot be brought back by another apply.",
  fix: "keep the resource in the configuration, set `protect: true` on it, or back up the data and add a waiver",
  severity: "error",
  stack: (subject) => changesThat(subject, ({ destroysData }) => destroysData),
});

export const networkLoss: Rule = defineRule({
  name: "network-loss",
  doc: "No running guest is cut off from a network that it is on: its interface detached or down, its network deleted, replaced or stopped.",
  why: "The guest keeps running, so nothing but its clients notices.",
  fix: "move the guests to another network first, or apply when nobody needs them",
  severity: "error",
  stack: (subject) => changesThat(subject, ({ losesNetwork }) => losesNetwork),
});

export const replace: Rule = defineRule({
  name: "replace",
  doc: "Nothing is replaced except what the configuration alone recreates, such as cloud-init disks.",
  why: "A replacement removes the old object before the new one exists.",
  fix: "take back the change that requires it (the review names it)",
  severity: "off",
  stack: (subject) =>
    changesThat(subject, ({ effect, disposable, noun, name }) =>
      effect === "replace" && disposable !== true ? `${noun} ${name} is replaced` : undefined,
    ),
});

export const remove: Rule = defineRule({
  name: "delete",
  doc: "Nothing is deleted except what the configuration alone recreates.",
  why: "A deletion that nobody meant is often a resource that was renamed.",
  fix: "keep the resource in the configuration; if it was renamed, declare that with `moved`",
  severity: "off",
  stack: (subject) =>
    changesThat(subject, ({ effect, disposable, noun, name }) =>
      effect === "delete" && disposable !== true ? `${noun} ${name} is deleted` : undefined,
    ),
});
