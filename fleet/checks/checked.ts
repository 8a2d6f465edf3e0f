import type { PropPath } from "../../model/schema-at.ts";
import type { FleetGuest } from "../guests.ts";
import type { FleetLock } from "../lock.ts";
import type { FleetData } from "../schema.ts";
import type { FleetSource } from "../source/source.ts";

/** What the checks read. */
export interface Checked {
  readonly source: FleetSource;
  readonly data: FleetData;
  readonly lock: FleetLock;
  readonly guests: readonly FleetGuest[];
}

/** Where a guest's prop is in the file: in its entry, or else in the defaults. */
export function guestPath(source: FleetSource, path: PropPath): PropPath {
  const rest = path.slice(2);
  return rest.length > 0 && !source.has(path) && source.has(["defaults", ...rest]) ? ["defaults", ...rest] : path;
}
