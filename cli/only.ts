import { matchesGlob } from "node:path";
import { ambiguousOnly, unknownOnly } from "./errors.ts";
import { guestsOf, uriOf } from "./guests.ts";
import type { Stack } from "./stack.ts";

/** The part of the stacks that `--only` chooses. */
export interface Only {
  readonly stacks: readonly Stack[];
  /** The addresses of the chosen guests, by their stack's name; a stack without any is chosen as a whole. */
  readonly guests: ReadonlyMap<string, readonly string[]>;
}

/** The host part of a libvirt URI: `kvm1.example.org`. */
const hostOf = (uri: string): string => /^[^:]+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/.exec(uri)?.[1] ?? "";

/**
 * Reads `--only kvm1,web1`: stacks by name or glob, hosts by URI or host name, guests by name.
 *
 * @throws CdkvmError CDKVM_ONLY_UNKNOWN, CDKVM_GUEST_AMBIGUOUS
 */
export function chooseOnly(stacks: readonly Stack[], only: string | undefined): Only {
  if (only === undefined) return { stacks, guests: new Map() };
  const guests = guestsOf(stacks);
  const hosts = stacks.map((stack) => ({ name: stack.name, uri: uriOf(stack) }));
  const whole = new Set<string>();
  const single = new Map<string, string[]>();
  for (const word of only.split(",")) {
    const named = stacks.filter(({ name }) => name === word || matchesGlob(name, word)).map(({ name }) => name);
    const onHost = hosts.filter(({ uri }) => uri === word || (word !== "" && hostOf(uri) === word)).map(({ name }) => name);
    const meant = named.length > 0 ? named : onHost;
    for (const name of meant) whole.add(name);
    if (meant.length > 0) continue;
    const [found, ...others] = guests.filter(({ name }) => name === word);
    if (!found) throw unknownOnly(word, [...stacks.map(({ name }) => name), ...guests.map(({ name }) => name)]);
    if (others.length > 0) throw ambiguousOnly(word, [found.stack, ...others.map(({ stack }) => stack)]);
    single.set(found.stack, [...(single.get(found.stack) ?? []), found.address]);
  }
  return {
    stacks: stacks.filter(({ name }) => whole.has(name) || single.has(name)),
    guests: new Map([...single].filter(([name]) => !whole.has(name))),
  };
}

/** The addresses that a stack's plan is limited to: those that `--target` names, and the guests that `--only` does. */
export const targetsOf =
  ({ guests }: Only, target: string | undefined) =>
  ({ name }: Stack): readonly string[] => [...(target ? target.split(",") : []), ...(guests.get(name) ?? [])];
