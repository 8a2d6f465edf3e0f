import type { ChangeClass } from "../model/table.ts";
import type { Shown } from "./tree.ts";

/** One attribute that differs. */
export interface Leaf {
  /** Its path: `devices.disks[vda].driver.cache`. */
  readonly path: string;
  /** The same without the items' names: `devices.disks.driver.cache`. */
  readonly kind: string;
  /** The item that it is in: `disk vda`. */
  readonly item?: string;
  /** What it is called: `cache`. */
  readonly attribute: string;
  readonly before: Shown;
  readonly after: Shown;
  /** From the table; `undefined` for a resource without one. */
  readonly change: ChangeClass | undefined;
  /** Only the provider sets it; or the configuration could, but leaves it open, and the value is not known yet. */
  readonly computed: boolean;
  /** The unit of the number on each side. */
  readonly units?: readonly [before: string, after: string];
}

/** One item that was added to or removed from a list. */
export interface Item {
  readonly action: "added" | "removed";
  /** The list: `devices.disks`. */
  readonly kind: string;
  /** `disk vda` */
  readonly name: string;
  readonly value: Shown;
  readonly change: ChangeClass | undefined;
}

/** An item that exists on both sides, and differs. */
export interface Pair {
  readonly kind: string;
  readonly name: string;
  readonly before: Shown;
  readonly after: Shown;
  readonly difference: Difference;
}

export interface Difference {
  readonly leaves: readonly Leaf[];
  readonly items: readonly Item[];
  readonly pairs: readonly Pair[];
  /** Leaves that are not part of an added, removed or changed item. */
  readonly own: readonly Leaf[];
}
