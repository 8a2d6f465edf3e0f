import { withLibvirt } from "../../cli/connect.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { noAddress } from "./errors.ts";
import { ignoreMissing } from "./ours.ts";
import type { Settings } from "./settings.ts";

export interface Guest {
  readonly name: string;
  readonly state: string;
  /** Its address; `-` if unreachable. */
  readonly address: string;
}

/** @throws CDKVM_DEMO if web1 has no address */
export async function guestsOf({ uri, names, networking }: Settings): Promise<readonly Guest[]> {
  const guests = await withLibvirt(uri, ({ domains }) =>
    Promise.all(
      [names.web, names.db].map(async (name): Promise<Guest> => {
        const domain = await domains.lookupByName(name);
        const { state } = await domains.state(domain);
        if (networking.kind === "user") return { name, state, address: name === names.web ? `127.0.0.1:${networking.port}` : "-" };
        const interfaces = await domains.devices.interfaceAddresses(domain, "lease");
        const found = interfaces.flatMap(({ addresses }) => addresses).find(({ type }) => type === "ipv4");
        return { name, state, address: found?.address ?? "-" };
      }),
    ),
  );
  if (guests.some(({ name, address }) => name === names.web && address === "-")) throw noAddress(names.web, uri);
  return guests;
}

/** Possible KVM failures: a guest that is missing, stopped, or running but silent. Nothing if the network is at fault. */
export async function diagnoseGuests({ domains, pools }: Libvirt, { names, networking }: Settings): Promise<string | undefined> {
  const pool = await pools.lookupByName("cdkvm-demo").catch(ignoreMissing);
  if (pool === undefined) return undefined; // it failed before any guest existed
  for (const name of [names.web, names.db]) {
    const domain = await domains.lookupByName(name).catch(ignoreMissing);
    if (domain === undefined) return `${name} did not start`;
    const { state, reason } = await domains.state(domain);
    if (state !== "running") return `${name} is ${state} (${reason})`;
    if (networking.kind === "nat" && (await domains.devices.interfaceAddresses(domain, "lease")).length === 0)
      return `${name} runs, but has not requested an address`;
  }
  return networking.kind === "user" ? `${names.web} runs, but serves no page` : undefined;
}
