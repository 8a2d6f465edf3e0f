import { actionKind, type Change, type Plan } from "../engine/plan.ts";
import type { HiddenValues } from "../model/hidden.ts";
import { UNKNOWN } from "../model/values.ts";
import { Masked, SENSITIVE } from "./masked.ts";
import type { ReviewedOutput } from "./schema.ts";
import { at, shownSides } from "./tree.ts";
import { plain } from "./values.ts";

/** Outputs that change. */
export function outputsOf(plan: Plan, secrets: HiddenValues): ReviewedOutput[] {
  return Object.entries(plan.outputChanges).flatMap(([name, change]) => {
    const action = actionKind(change);
    if (action !== "create" && action !== "update" && action !== "delete") return [];
    const { before, after } = shownSides(
      { ...change, before: { [name]: change.before }, after: { [name]: change.after }, ...wrapped(name, change) },
      undefined,
      { secrets },
    );
    const b = at(before, name);
    const a = at(after, name);
    return [
      {
        name,
        action,
        before: b instanceof Masked ? SENSITIVE : plain(b),
        after: a instanceof Masked ? SENSITIVE : plain(a),
        ...(b instanceof Masked || a instanceof Masked ? { sensitive: true as const } : {}),
        ...(a === UNKNOWN ? { unknown: true as const } : {}),
      },
    ];
  });
}

const wrapped = (name: string, change: Change): Pick<Change, "after_unknown" | "before_sensitive" | "after_sensitive"> => ({
  after_unknown: { [name]: change.after_unknown ?? false },
  before_sensitive: { [name]: change.before_sensitive ?? false },
  after_sensitive: { [name]: change.after_sensitive ?? false },
});
