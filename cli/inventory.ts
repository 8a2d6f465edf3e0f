import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inventory, StateOfGuest } from "../drift/index.ts";
import { ListPools } from "../libvirt/flags.ts";
import type { Libvirt } from "../libvirt/connection.ts";
import { defaultUri } from "../model/host-uri.ts";
import type { Stack } from "./stack.ts";

/** What a host has, with the state of each guest. */
export interface HostInventory extends Inventory {
  readonly states: ReadonlyMap<string, StateOfGuest>;
}

/** The libvirt URIs of a stack's hosts, as synthesized. One that is known only at apply is left out. */
export function urisOf({ folder }: Stack): readonly string[] {
  const { provider } = JSON.parse(readFileSync(join(folder, "cdk.tf.json"), "utf8")) as {
    readonly provider?: { readonly libvirt?: readonly { readonly uri?: string }[] };
  };
  const uris = (provider?.libvirt ?? []).map(({ uri }) => uri ?? defaultUri());
  return [...new Set(uris)].filter((uri) => !uri.includes("${"));
}

/** Lists what is on a host. */
export async function inventoryOf({ domains, networks, pools, volumes }: Libvirt): Promise<HostInventory> {
  const [guests, nets, all, active] = await Promise.all([domains.list(), networks.list(), pools.list(), pools.list(ListPools.ACTIVE)]);
  const [lists, states] = await Promise.all([
    Promise.all(active.map((pool) => volumes.list(pool).catch(() => []))), // stopped meanwhile
    Promise.all(guests.map((guest) => domains.state(guest).catch(() => undefined))), // gone meanwhile
  ]);
  return {
    guests,
    networks: nets,
    pools: all,
    volumes: lists.flat(),
    states: new Map(guests.flatMap(({ name }, index) => (states[index] === undefined ? [] : [[name, states[index]] as const]))),
  };
}
