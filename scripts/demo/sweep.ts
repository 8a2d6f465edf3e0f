import type { Libvirt } from "../../libvirt/connection.ts";
import { DomainUndefine } from "../../libvirt/flags.ts";
import { ignoreMissing, NAME, ourGuests } from "./ours.ts";

/** The demo's volumes; others in its pool are kept, and so is the pool's folder. */
const OURS = /^(vmlinuz|initrd\.img|(cdkvm-demo-)?db1-data\.qcow2)$/;

/** Powers off and undefines the demo's guests in any state. Nothing is lost: they can be recreated. */
export async function removeGuests(libvirt: Libvirt): Promise<readonly string[]> {
  const { domains } = libvirt;
  const ours = await ourGuests(libvirt);
  for (const guest of ours) {
    if (await domains.isActive(guest)) await domains.destroy(guest).catch(ignoreMissing);
    const flags = DomainUndefine.MANAGED_SAVE | DomainUndefine.SNAPSHOTS_METADATA | DomainUndefine.NVRAM;
    await domains.undefine(guest, flags).catch(ignoreMissing);
  }
  return ours.map(({ name }) => `guest ${name}`);
}

/** What a destroy without its state misses: everything with the demo's name. Returns what it removed. */
export async function sweep(libvirt: Libvirt): Promise<readonly string[]> {
  const removed = [...(await removeGuests(libvirt))];
  const network = await libvirt.networks.lookupByName(NAME).catch(ignoreMissing);
  if (network) {
    if (await libvirt.networks.isActive(network)) await libvirt.networks.destroy(network);
    await libvirt.networks.undefine(network).catch(ignoreMissing);
    removed.push(`network ${NAME}`);
  }
  if (await sweepPool(libvirt)) removed.push(`pool ${NAME}`);
  return removed;
}

async function sweepPool({ pools, volumes }: Libvirt): Promise<boolean> {
  const pool = await pools.lookupByName(NAME).catch(ignoreMissing);
  if (!pool) return false;
  if (!(await pools.isActive(pool))) await pools.create(pool).catch(() => {}); // its folder may be missing
  if (await pools.isActive(pool)) {
    await pools.refresh(pool);
    for (const volume of await volumes.list(pool)) if (OURS.test(volume.name)) await volumes.delete(volume).catch(ignoreMissing);
    await pools.destroy(pool);
    await pools.delete(pool).catch(() => {}); // a folder with other content is kept
  }
  await pools.undefine(pool).catch(ignoreMissing);
  return true;
}
