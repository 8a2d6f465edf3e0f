import type { PlannedChange } from "../../../attributes/plan.ts";
import type { Libvirt } from "../../../libvirt/connection.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { AttributePath, Values } from "../../../model/values.ts";
import type { XmlElement } from "../../../model/xml.ts";

/** The change to make to a running guest. */
export interface LiveChange {
  readonly libvirt: Libvirt;
  readonly ref: DomainRef;
  /** The guest's current state, including drift. */
  readonly current: Values;
  readonly planned: Values;
  readonly changes: readonly PlannedChange[];
  /** The definitions before and after, as libvirt stores them. */
  readonly before: XmlElement;
  readonly after: XmlElement;
  readonly live: XmlElement;
  readonly signal: AbortSignal;
}

/** One call that changes the running guest, and the call that undoes it. */
export interface Step {
  readonly path: AttributePath;
  readonly doing: string;
  apply(): Promise<void>;
  undo(): Promise<void>;
}
