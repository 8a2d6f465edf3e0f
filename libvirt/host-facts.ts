import type { HostFacts } from "../model/host-facts.ts";
import type { Libvirt } from "./connection.ts";
import { isLibvirtError } from "./errors.ts";
import { ListPools } from "./flags.ts";

const KIB = 1024;

/** What a host has and what runs on it: four calls, and one for each pool and guest, all at once. */
export async function hostFacts({ node, pools, domains }: Libvirt): Promise<HostFacts> {
  const [info, freeMemory, active, guests] = await Promise.all([
    node.info(),
    node.freeMemory(),
    pools.list(ListPools.ACTIVE),
    domains.list(),
  ]);
  return {
    memory: info.memory * KIB,
    freeMemory,
    cpus: info.cpus,
    pools: await stillThere(active, async (pool) => {
      const { capacity, available } = await pools.info(pool);
      return { name: pool.name, uuid: pool.uuid, capacity, available };
    }),
    guests: await stillThere(guests, async (guest) => {
      const { state, maxMemory, vcpus } = await domains.info(guest);
      return { name: guest.name, uuid: guest.uuid, memory: maxMemory * KIB, vcpus, running: state !== "shutoff" && state !== "crashed" };
    }),
  };
}

/** Leaves out what was removed after it was listed. */
async function stillThere<Ref, Fact>(refs: readonly Ref[], look: (ref: Ref) => Promise<Fact>): Promise<Fact[]> {
  const found = await Promise.all(
    refs.map((ref) =>
      look(ref).catch((error: unknown) => {
        if (isLibvirtError(error, "NO_DOMAIN") || isLibvirtError(error, "NO_STORAGE_POOL")) return undefined;
        throw error;
      }),
    ),
  );
  return found.filter((one) => one !== undefined);
}
