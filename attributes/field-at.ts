import type { Field, Fields, Table } from "../model/table.ts";
import { fieldsOf } from "./complete.ts";

/** The field at a path of names and indices; an index leads to an item of the list. Undefined if there is none. */
export function fieldAt(of: Table | Fields, path: readonly (string | number)[]): Field | undefined {
  let fields: Fields | undefined = fieldsOf(of);
  let found: Field | undefined;
  for (const step of path) {
    if (typeof step === "number") continue;
    found = fields !== undefined && Object.hasOwn(fields, step) ? fields[step] : undefined;
    fields = found?.kind === "list" || found?.kind === "group" ? found.fields : undefined;
  }
  return found;
}
