import type { HostFacts } from "../model/host-facts.ts";
import { parseXml } from "../model/xml.ts";
import type { Libvirt } from "./connection.ts";
import { isLibvirtError } from "./errors.ts";
import { ListPools } from "./flags.ts";
import type { PoolRef } from "./refs.ts";

const KIB = 1024;

/** What a host has and what runs on it: four calls, three for each pool, and one for each guest and volume, all at once. */
export async function hostFacts(libvirt: Libvirt): Promise<HostFacts> {
  const { node, pools, domains } = libvirt;
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
      const [{ capacity, available }, xml, provisioned] = await Promise.all([
        pools.info(pool),
        pools.xml(pool),
        provisionedIn(libvirt, pool).catch(() => undefined), // a pool that was stopped meanwhile, a file that nobody can read
      ]);
      const type = parseXml(xml).attributes["type"];
      return { name: pool.name, uuid: pool.uuid, type, capacity, available, provisioned };
    }),
    guests: await stillThere(guests, async (guest) => {
      const { state, maxMemory, vcpus } = await domains.info(guest);
      return { name: guest.name, uuid: guest.uuid, memory: maxMemory * KIB, vcpus, running: state !== "shutoff" && state !== "crashed" };
    }),
  };
}

async function provisionedIn({ volumes }: Libvirt, pool: PoolRef): Promise<number> {
  const found = await stillThere(await volumes.list(pool), async (volume) => (await volumes.info(volume)).capacity);
  return found.reduce((sum, capacity) => sum + capacity, 0);
}

/** Leaves out what was removed after it was listed. */
async function stillThere<Ref, Fact>(refs: readonly Ref[], look: (ref: Ref) => Promise<Fact>): Promise<Fact[]> {
  const found = await Promise.all(
    refs.map((ref) =>
      look(ref).catch((error: unknown) => {
        if ((["NO_DOMAIN", "NO_STORAGE_POOL", "NO_STORAGE_VOL"] as const).some((code) => isLibvirtError(error, code))) return undefined;
        throw error;
      }),
    ),
  );
  return found.filter((one) => one !== undefined);
}
