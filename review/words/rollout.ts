import { Duration } from "../../model/duration.ts";
import { foldNames } from "../fleet/fold.ts";
import type { ReviewedRollout } from "../rollout-schema.ts";

const WAITS = { agent: "its guest agent answers", ip: "it has an address", command: "the rollout's command succeeds" } as const;

/** `restarts 3 at a time, each until its guest agent answers (at most 5 min); stops after 1 failure: 1. canary-1; 2. web-1 … web-9` */
export function rolloutWords({ atOnce, wait, timeout, abortAfter, steps, aside, behind }: Omit<ReviewedRollout, "text">): string {
  const many = atOnce > 1 ? `${atOnce} at a time, each` : "one at a time, each";
  const how = `restarts ${many} until ${WAITS[wait]} (at most ${Duration.seconds(timeout).toString()}); stops after ${abortAfter} failure${abortAfter > 1 ? "s" : ""}`;
  const [first = [], ...others] = steps;
  const order = others.length === 0 ? foldNames(first) : steps.map((names, index) => `${index + 1}. ${foldNames(names)}`).join("; ");
  const without = (because: ReviewedRollout["aside"][number]["because"]): readonly string[] =>
    aside.filter((one) => one.because === because).map(({ name }) => name);
  const [recreated, replaced] = [without("disk recreated"), without("replaced")];
  return [
    ...(steps.length === 0 ? [] : [`${how}: ${order}`]),
    ...told(recreated, "does not take a turn: a disk is recreated", "do not take turns: their disks are recreated"),
    ...told(replaced, "is replaced and does not take a turn", "are replaced and do not take turns"),
    ...told(behind, "does not restart, but changes after the groups before it", "do not restart, but change after the groups before them"),
  ].join("; ");
}

const told = (names: readonly string[], one: string, many: string): string[] =>
  names.length === 0 ? [] : [`${foldNames(names)} ${names.length > 1 ? many : one}`];
