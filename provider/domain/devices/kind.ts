import type { Mutable } from "../../../attributes/complete.ts";
import type { PlannedChange } from "../../../attributes/plan.ts";
import type { Values } from "../../../model/values.ts";
import type { XmlElement } from "../../../model/xml.ts";
import type { LiveChange, Step } from "../applying/live-step.ts";

/** What is special to one kind of device, beyond what the table says. */
export interface DeviceKind {
  /**
   * Removes from a copy of a device what libvirt filled in and the table cannot tell, so that it is as a user would write it.
   *
   * @param domain the guest as libvirt has it
   * @returns false for a device that libvirt adds by itself
   */
  readonly plain?: (item: Mutable, domain: Values) => boolean;
  /** Whether libvirt adds this device by itself, or another of the same effect, if the configuration has none. */
  readonly isFilledIn?: (item: Values, domain: Values) => boolean;
  /** Only for lists whose devices may differ between a running guest and its definition. */
  readonly drift?: Drift;
  /** Where it is plugged in. Without it, libvirt decides at apply whether the running guest can take it. */
  readonly plug?: Plug;
  /** Changes a device of the running guest in place. Without it, a device whose content differs is another device. */
  readonly update?: (change: LiveChange, update: Update) => readonly Step[];
}

export interface Drift {
  /** A device that only the running guest has, without what libvirt added to it. */
  readonly plain: (item: Values) => Values;
  /** A device that both have. */
  readonly both: (defined: Values, live: Values, known: Values | undefined) => Values;
}

export interface Plug {
  /** The bus, if its controller supports no hot-plug. */
  readonly fixedBus?: (device: Values) => string | undefined;
  /** Whether it needs a PCI slot of the running guest. */
  readonly takesSlot: (device: Values, live: XmlElement) => boolean;
  /** Whether it needs a slot of conventional PCI. */
  readonly isConventional?: (device: Values) => boolean;
}

export interface Update {
  /** Its index in the planned values. */
  readonly index: number;
  readonly there: XmlElement;
  readonly wanted: XmlElement;
  /** The changes of this device. */
  readonly changes: readonly PlannedChange[];
}
