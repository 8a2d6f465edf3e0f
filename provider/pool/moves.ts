import { ListPools } from "../../libvirt/flags.ts";
import { asText, isValues, type Value, type Values, type AttributePath } from "../../model/values.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { refuseUsed } from "../users/refuse-used.ts";
import { isInactive } from "../volume/pools.ts";
import { poolMoves } from "./errors.ts";
import { deletesStorage } from "./settings.ts";

const directoryOf = ({ target }: Values): string | undefined => {
  const path: Value | undefined = isValues(target) ? target["path"] : null;
  return typeof path === "string" ? path : undefined;
};

/** @throws CDKVM_IN_USE if guests outside this state find their disks by the pool's name, or would lose them */
export async function refuseUsedPool(prior: Values, doing: string, context: Context<Host>): Promise<void> {
  const inventory = await context.client.users.inventory();
  const directory = deletesStorage(prior) === true ? directoryOf(prior) : undefined;
  const users = [...inventory.ofPool(asText(prior["name"])), ...(directory === undefined ? [] : inventory.ofDirectory(directory))];
  refuseUsed({ what: `storage pool ${asText(prior["name"])}`, doing, users, breaks: directory !== undefined }, context);
}

/**
 * A replaced pool gets other storage, and the volumes stay in the old one: the next plan would recreate them, blank.
 *
 * @throws CDKVM_POOL_MOVES if the pool holds volumes, or guests use files in it
 */
export async function refuseMove(prior: Values, replace: readonly AttributePath[], { client }: Context<Host>): Promise<void> {
  const path = replace.find(([name]) => name !== "name");
  if (path === undefined) return;
  const name = asText(prior["name"]);
  const directory = directoryOf(prior);
  const inventory = await client.users.inventory();
  const users = [...inventory.ofPool(name), ...(directory === undefined ? [] : inventory.ofDirectory(directory))];
  const guests = [...new Set(users.map(({ guest }) => guest.name))].sort();
  const volumes = await volumesOf(client, name);
  if (guests.length === 0 && volumes.length === 0) return;
  throw poolMoves(path, name, volumes, guests, directory !== undefined);
}

/** The volumes of a running pool; for a stopped pool, nothing is known. */
async function volumesOf(host: Host, name: string): Promise<string[]> {
  const { pools, volumes } = await host.libvirt();
  const found = (await pools.list(ListPools.ACTIVE)).find((pool) => pool.name === name);
  if (found === undefined) return [];
  try {
    await pools.refresh(found);
    return (await volumes.list(found)).map((volume) => volume.name).sort();
  } catch (error) {
    if (isInactive(error)) return [];
    throw error;
  }
}
