import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { child, parseXml, textOf } from "../../model/xml.ts";

/** The name of the demo's stack, pool and network; nobody else uses it. */
export const NAME = "cdkvm-demo";

/** The demo's guests, whatever their names and states: those that boot the kernel in its pool. */
export async function ourGuests({ domains }: Libvirt): Promise<readonly DomainRef[]> {
  const all = await domains.list();
  const ours = await Promise.all(all.map(async (one) => (bootsOurs(await domains.xml(one).catch(ignoreMissing)) ? [one] : [])));
  return ours.flat();
}

function bootsOurs(xml: string | undefined): boolean {
  const os = xml === undefined ? undefined : child(parseXml(xml), "os");
  const kernel = os && child(os, "kernel");
  return kernel !== undefined && textOf(kernel).endsWith(`/images/${NAME}/vmlinuz`);
}

/** For objects that may be gone. */
export function ignoreMissing(error: unknown): undefined {
  if (isLibvirtError(error, "NO_DOMAIN", "NO_NETWORK", "NO_STORAGE_POOL", "NO_STORAGE_VOL")) return undefined;
  throw error;
}
