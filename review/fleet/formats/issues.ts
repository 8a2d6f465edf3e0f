import type { Severity, Verdict } from "../../policy-schema.ts";
import type { FleetReview } from "../schema.ts";

/** The checks of a review itself, apart from those of a policy; `name` is stable. */
export const CHECKS = [
  { name: "data-loss", about: "Data is lost: a volume, a pool's storage, a TPM's state" },
  { name: "guest-down", about: "Guests restart, stop, or are replaced or deleted" },
  { name: "network-loss", about: "Running guests lose a network or their address" },
  { name: "capacity", about: "A host's guests or volumes ask for more than it has" },
  { name: "apply-failure", about: "The apply will fail" },
  { name: "rename", about: "What is deleted and created seems to be one object, renamed or moved" },
] as const;

type Check = (typeof CHECKS)[number]["name"];

export interface Place {
  readonly stack: string;
  /** Absent if the whole stack is meant. */
  readonly address?: string | undefined;
}

/** One thing that a report for machines lists. */
export interface Issue {
  /** A check of the review, or a rule of the policy. */
  readonly rule: string;
  readonly level: Severity | "note" | "waived";
  readonly text: string;
  readonly fix?: string;
  readonly waiver?: Verdict["waiver"];
  /** Empty if it concerns the whole fleet. */
  readonly places: readonly Place[];
  /** Tells it from others of its rule, in each run. */
  readonly identity: readonly string[];
}

/**
 * What a policy says and what the review found. Without a policy, lost data is an error; with one, the policy decides what is.
 * What both say of one resource is listed once, as the policy says it.
 */
export function issuesOf(fleet: FleetReview): Issue[] {
  const verdicts = fleet.policy?.verdicts;
  const judged = (verdicts ?? []).map(ofVerdict);
  const known = new Set(judged.map(keyOf));
  return [...judged, ...found(fleet, verdicts === undefined ? "error" : "warning").filter((issue) => !known.has(keyOf(issue)))];
}

const keyOf = ({ rule, places }: Issue): string => JSON.stringify([rule, ...places.map(({ stack, address }) => [stack, address])]);

function found(fleet: FleetReview, loss: Issue["level"]): Issue[] {
  const issue = (
    rule: Check,
    level: Issue["level"],
    { text }: { readonly text: string },
    places: readonly Place[],
    extra: readonly string[] = [],
  ): Issue => ({
    rule,
    level,
    text,
    places,
    identity: [...places.flatMap(({ stack, address }) => [stack, address ?? ""]), ...extra],
  });
  return [
    ...fleet.losses.map((one) => issue("data-loss", loss, one, [one])),
    ...fleet.down.map((one) => issue("guest-down", "warning", one, one.guests, [one.how])),
    ...fleet.networkLosses.map((one) =>
      issue("network-loss", "warning", one, [{ stack: one.stack }], [one.kind, ...one.networks, ...one.guests]),
    ),
    ...fleet.capacity
      .filter(({ over }) => over)
      .map((one) => issue("capacity", "warning", one, [], [one.host, one.resource, ...(one.pools ?? [])])),
    ...fleet.failures.map((one) => issue("apply-failure", "error", one, [one], [one.text])),
    ...fleet.renames.map((one) => issue("rename", "note", one, [one.from, one.to])),
  ];
}

function ofVerdict({ rule, severity, message, fix, stack, resource, waiver }: Verdict): Issue {
  const places = stack === undefined ? [] : [{ stack, address: resource }];
  return {
    rule,
    level: severity,
    text: message,
    ...(fix !== "" && { fix }),
    ...(waiver && { waiver }),
    places,
    identity: [stack ?? "", resource],
  };
}
