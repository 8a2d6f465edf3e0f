import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defaultUri } from "../model/host-uri.ts";
import { CdkvmError } from "../model/errors.ts";
import { nearest } from "../model/spelling.ts";
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

/** The guest with that name. If several hosts have one, the stack must be named. */
export function chooseGuest(guests: readonly ConfiguredGuest[], name: string): ConfiguredGuest {
  const found = guests.filter((guest) => guest.name === name);
  const [only] = found;
  if (only && found.length === 1) return only;
  const doing = `find the guest ${name}`;
  if (only)
    throw new CdkvmError({
      code: "CDKVM_GUEST_AMBIGUOUS",
      doing,
      problem: `the stacks ${found.map((guest) => guest.stack).join(", ")} each have one`,
      fix: `name the stack: cdkvm console ${name} ${only.stack}`,
    });
  throw unknownGuest(
    name,
    "no stack has it",
    guests.map((guest) => guest.name),
  );
}

/** @param names of existing guests */
export function unknownGuest(name: string, problem: string, names: readonly string[]): CdkvmError {
  const close = nearest(name, names);
  return new CdkvmError({
    code: "CDKVM_GUEST_UNKNOWN",
    doing: `find the guest ${name}`,
    problem,
    fix: close ? `did you mean "${close}"?` : `there are: ${names.join(", ") || "none"}`,
  });
}
