import type { PlannedChange } from "../../../attributes/plan.ts";
import type { Libvirt } from "../../../libvirt/connection.ts";
import type { DomainRef } from "../../../libvirt/refs.ts";
import type { Values } from "../../../model/values.ts";
import type { XmlElement } from "../../../model/xml.ts";

/** What a running guest is changed from and to. */
export interface LiveChange {
  readonly libvirt: Libvirt;
  readonly ref: DomainRef;
  /** The state that the guest is in, drift included. */
  readonly current: Values;
  readonly planned: Values;
  readonly changes: readonly PlannedChange[];
  /** The definitions before and after, as libvirt keeps them. */
  readonly before: XmlElement;
  readonly after: XmlElement;
  readonly live: XmlElement;
  readonly signal: AbortSignal;
}

/** One call that changes the running guest, and the call that takes it back. */
export interface Step {
  readonly path: readonly (string | number)[];
  readonly doing: string;
  apply(): Promise<void>;
  undo(): Promise<void>;
}
