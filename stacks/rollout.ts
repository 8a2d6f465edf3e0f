import type { TerraformStack } from "#cdktf";
import { Domain, type LibvirtProviderConfig } from "../constructs/provider-libvirt/index.ts";
import { Duration } from "../model/duration.ts";
import { unknownRolloutGuest } from "./errors.ts";

/** How guests are restarted when a change needs it: a few at a time, each until it is back. */
export interface Rollout {
  /**
   * Guests in the order in which they change, by name or with `*` and `?`; each item is a group. A group begins when the groups before
   * it are done without a failure. Guests that no group names come last.
   * @default - all in one group
   */
  readonly groups?: readonly (string | readonly string[])[];
  /** Guests that restart at the same time. @default 1 */
  readonly atOnce?: number;
  /**
   * What shows that a guest is back: its guest agent answers, it has an address, or a shell command on the machine that applies exits
   * with 0; CDKVM_GUEST and CDKVM_HOST tell the command for whom it is run.
   * @default agent
   */
  readonly wait?: "agent" | "ip" | { readonly command: string };
  /** How long a guest may take to come back: `5 min`. @default 5 min */
  readonly timeout?: Duration | string;
  /** Failures after which no further guest restarts; the others keep their old state. @default 1 */
  readonly abortAfter?: number;
}

/** The provider's part of it; the order of the groups is the engine's. */
export const providerRollout = ({ atOnce, wait, timeout, abortAfter }: Rollout): NonNullable<LibvirtProviderConfig["rollout"]> => ({
  ...(atOnce !== undefined && { atOnce }),
  ...(typeof wait === "string" && { wait }),
  ...(typeof wait === "object" && { command: wait.command }),
  ...(timeout !== undefined && { timeout: Duration.of(timeout).seconds }),
  ...(abortAfter !== undefined && { abortAfter }),
});

/** Makes the guests of a group depend on those of the group before. @throws CdkvmError CDKVM_ROLLOUT_GUEST for a name that no guest has */
export function orderGroups(stack: TerraformStack, { groups = [] }: Rollout): void {
  const rest = new Map(
    stack.node.findAll().flatMap((one): [Domain, string][] => (one instanceof Domain ? [[one, one.nameInput ?? ""]] : [])),
  );
  const names = [...rest.values()];
  const ordered = groups.map((group) => {
    const patterns = [group].flat();
    for (const pattern of patterns)
      if (!/[*?]/.test(pattern) && !names.includes(pattern)) throw unknownRolloutGuest(stack.node.path, pattern, names);
    const members = [...rest].filter(([, name]) => patterns.some((pattern) => isLike(name, pattern))).map(([domain]) => domain);
    for (const one of members) rest.delete(one);
    return members;
  });
  const filled = [...ordered, [...rest.keys()]].filter(({ length }) => length > 0);
  for (const [index, group] of filled.entries()) {
    const before = filled[index - 1]?.map((one) => `${one.terraformResourceType}.${one.friendlyUniqueId}`) ?? [];
    if (before.length > 0) for (const one of group) one.dependsOn = [...(one.dependsOn ?? []), ...before];
  }
}

/** @param pattern with `*` and `?` */
const isLike = (name: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  ).test(name);
