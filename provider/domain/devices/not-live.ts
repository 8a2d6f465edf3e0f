import type { PlannedChange } from "../../../attributes/plan.ts";

/** A change that other running guests can take, but this one cannot, and why. */
export interface NotLive {
  readonly change: PlannedChange;
  /** `no PCI slot is free`, `it runs with at most 48 MiB` */
  readonly because: string;
}
