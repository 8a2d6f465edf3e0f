import { hostFacts } from "../libvirt/host-facts.ts";
import type { HostFacts } from "../model/host-facts.ts";
import { withLibvirt } from "./connect.ts";
import { uriOf } from "./guests.ts";
import { eachLimited, stacksAtOnce } from "./limit.ts";
import type { Stack } from "./stack.ts";

const factsAt = async (uri: string): Promise<HostFacts | undefined> => await withLibvirt(uri, hostFacts).catch(() => undefined);

/** What a stack's host has; undefined if it cannot be asked. */
export const hostOf = (stack: Stack): Promise<HostFacts | undefined> => factsAt(uriOf(stack));

/** By URI; a host that cannot be asked has none. */
export async function factsOfHosts(uris: readonly string[]): Promise<Record<string, HostFacts>> {
  const found = new Map<string, HostFacts>();
  await eachLimited(uris, stacksAtOnce(), async (uri) => {
    const facts = await factsAt(uri);
    if (facts !== undefined) found.set(uri, facts);
  });
  return Object.fromEntries(uris.flatMap((uri) => (found.has(uri) ? [[uri, found.get(uri) as HostFacts]] : [])));
}
