import type { Judged, JudgedPlan } from "../judge.ts";
import type { Review } from "../schema.ts";
import type { FleetMember } from "./schema.ts";

/** One stack of a fleet: what its plan does. */
export interface StackPlan {
  readonly name: string;
  /** The hosts' URIs. */
  readonly hosts: readonly string[];
  /** The stacks that are applied before it. */
  readonly dependencies: readonly string[];
  readonly provider: "embedded" | "registry";
  readonly judged: JudgedPlan;
  readonly review: Review;
}

export const memberOf = ({ name, hosts }: StackPlan, { subject }: Judged): FleetMember => ({
  stack: name,
  hosts: [...hosts],
  address: subject.resource.address,
  name: subject.name,
});

/** Whether a review has a line about it: it changes, moves or is imported. */
export const isTold = ({ effect, subject: { resource } }: Judged): boolean =>
  effect !== "none" || resource.previous_address !== undefined || resource.change.importing !== undefined;
