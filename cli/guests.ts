import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultUri } from "../model/host-uri.ts";
import { ambiguousGuest, unknownGuest } from "./errors.ts";
import type { Stack } from "./stack.ts";

/** A guest in a stack's configuration. */
export interface ConfiguredGuest {
  readonly stack: string;
  readonly name: string;
  /** `libvirt_domain.web1` */
  readonly address: string;
  /** The libvirt URI of its host. */
  readonly uri: string;
}

interface Configuration {
  readonly provider?: { readonly libvirt?: readonly { readonly uri?: string }[] };
  readonly resource?: { readonly libvirt_domain?: Readonly<Record<string, { readonly name: string }>> };
}

const configurationOf = ({ folder }: Stack): Configuration =>
  JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as Configuration;

const uriIn = ({ provider }: Configuration): string => provider?.libvirt?.[0]?.uri ?? defaultUri();

/** The libvirt URI of a synthesized stack's host. */
export const uriOf = (stack: Stack): string => uriIn(configurationOf(stack));

/** The guests in synthesized stacks. */
export function guestsOf(stacks: readonly Stack[]): readonly ConfiguredGuest[] {
  return stacks.flatMap((stack) => {
    const configuration = configurationOf(stack);
    const uri = uriIn(configuration);
    const { resource } = configuration;
    return Object.entries(resource?.libvirt_domain ?? {}).map(([id, { name }]) => ({
      stack: stack.name,
      name,
      address: `libvirt_domain.${id}`,
      uri,
    }));
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
