import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultUri } from "../model/host-uri.ts";
import { ambiguousGuest, unknownGuest } from "./errors.ts";
import type { Stack } from "./stack.ts";

/** A guest in a stack's configuration. */
export interface ConfiguredGuest {
  readonly stack: string;
  readonly name: string;
  /** The libvirt URI of its host. */
  readonly uri: string;
}

interface Configuration {
  readonly provider?: { readonly libvirt?: readonly { readonly uri?: string }[] };
  readonly resource?: { readonly libvirt_domain?: Readonly<Record<string, { readonly name: string }>> };
}

/** The guests in synthesized stacks. */
export function guestsOf(stacks: readonly Stack[]): readonly ConfiguredGuest[] {
  return stacks.flatMap((stack) => {
    const { provider, resource } = JSON.parse(readFileSync(join(stack.folder, "cdk.tf.json"), "utf8")) as Configuration;
    const uri = provider?.libvirt?.[0]?.uri ?? defaultUri();
    return Object.values(resource?.libvirt_domain ?? {}).map(({ name }) => ({ stack: stack.name, name, uri }));
  });
}

/** The guest of this name. If several hosts have one, the stack must be named. */
export function chooseGuest(guests: readonly ConfiguredGuest[], name: string): ConfiguredGuest {
  const [found, ...others] = guests.filter((guest) => guest.name === name);
  if (!found)
    throw unknownGuest(
      name,
      "stacks",
      guests.map((guest) => guest.name),
    );
  if (others.length > 0) throw ambiguousGuest(name, [found.stack, ...others.map((guest) => guest.stack)]);
  return found;
}
