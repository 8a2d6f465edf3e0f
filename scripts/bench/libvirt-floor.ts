import { Libvirt } from "../../libvirt/connection.ts";
import { DomainXml } from "../../libvirt/flags.ts";
import type { PoolRef } from "../../libvirt/refs.ts";
import { timed, type Times } from "./times.ts";

/** What the embedded provider has created on a host, as libvirt reports it. */
export interface Inventory {
  readonly pool: string;
  readonly network: string;
  readonly volumes: readonly string[];
  readonly domains: readonly string[];
}

export async function takeInventory(uri: string): Promise<Inventory> {
  await using libvirt = await Libvirt.connect(uri);
  const { pools, networks, volumes, domains } = libvirt;
  const pool = only(await pools.list());
  return {
    pool: await pools.xml(pool),
    network: await networks.xml(only(await networks.list())),
    volumes: await Promise.all((await volumes.list(pool)).map((one) => volumes.xml(one))),
    domains: await Promise.all((await domains.list()).map((one) => domains.xml(one, DomainXml.INACTIVE | DomainXml.SECURE))),
  };
}

/** libvirt's own cost for the same guests: its calls over one connection, as many at once as libvirtd accepts. */
export interface LibvirtTimes {
  /** Defines and starts pool and network, creates the volumes, defines the domains, reads the XML of each. */
  readonly apply: Times;
  /** Reads the XML of each, and whether it runs and autostarts. */
  readonly read: Times;
  readonly destroy: Times;
}

export const libvirtTimes = (): LibvirtTimes => ({ apply: [], read: [], destroy: [] });

export async function measureLibvirt(uri: string, inventory: Inventory, times: LibvirtTimes): Promise<void> {
  await timed(times.apply, () => connected(uri, (libvirt) => make(libvirt, inventory)));
  await timed(times.read, () => connected(uri, read));
  await timed(times.destroy, () => connected(uri, remove));
}

/** Removes everything on the host, like the floor's destroy. */
export const removeAll = (uri: string): Promise<void> => connected(uri, remove);

async function connected(uri: string, task: (libvirt: Libvirt) => Promise<void>): Promise<void> {
  await using libvirt = await Libvirt.connect(uri);
  await task(libvirt);
}

async function make({ pools, networks, volumes, domains }: Libvirt, inventory: Inventory): Promise<void> {
  const startPool = async (): Promise<PoolRef> => {
    const pool = await pools.define(inventory.pool);
    await pools.build(pool);
    await pools.create(pool);
    await pools.setAutostart(pool, true);
    return pool;
  };
  const startNetwork = async (): Promise<void> => {
    const network = await networks.define(inventory.network);
    await networks.create(network);
    await networks.setAutostart(network, true);
  };
  const [pool] = await Promise.all([startPool(), startNetwork()]);
  await Promise.all(inventory.volumes.map(async (xml) => volumes.xml(await volumes.create(pool, xml))));
  await Promise.all(inventory.domains.map(async (xml) => domains.xml(await domains.define(xml), DomainXml.INACTIVE | DomainXml.SECURE)));
}

async function read({ pools, networks, volumes, domains }: Libvirt): Promise<void> {
  const pool = only(await pools.list());
  const network = only(await networks.list());
  await Promise.all([
    pools.xml(pool),
    pools.isActive(pool),
    pools.autostart(pool),
    networks.xml(network),
    networks.isActive(network),
    networks.autostart(network),
    ...(await volumes.list(pool)).map((one) => volumes.xml(one)),
    ...(await domains.list()).flatMap((one) => [
      domains.xml(one, DomainXml.INACTIVE | DomainXml.SECURE),
      domains.autostart(one),
      domains.state(one),
    ]),
  ]);
}

async function remove({ pools, networks, volumes, domains }: Libvirt): Promise<void> {
  const pool = only(await pools.list());
  const network = only(await networks.list());
  await Promise.all((await domains.list()).map((one) => domains.undefine(one)));
  await Promise.all((await volumes.list(pool)).map((one) => volumes.delete(one)));
  await pools.destroy(pool);
  await pools.delete(pool);
  await pools.undefine(pool);
  await networks.destroy(network);
  await networks.undefine(network);
}

function only<T>(list: readonly T[]): T {
  const [one, ...others] = list;
  if (one === undefined || others.length > 0) throw new Error(`one pool and one network are expected on the host, not ${list.length}`);
  return one;
}
