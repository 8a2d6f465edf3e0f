import type { Field, Fields } from "./table.ts";
import type { AttributePath } from "./values.ts";

/** The field at a path; an index leads to an item of the list. Undefined if there is none. */
export function fieldAt(fields: Fields, path: AttributePath): Field | undefined {
  let inner: Fields | undefined = fields;
  let found: Field | undefined;
  for (const step of path) {
    if (typeof step === "number") continue;
    found = inner !== undefined && Object.hasOwn(inner, step) ? inner[step] : undefined;
    inner = found?.kind === "list" || found?.kind === "group" ? found.fields : undefined;
  }
  return found;
}
