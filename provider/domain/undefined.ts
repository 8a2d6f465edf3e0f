import type { Libvirt } from "../../libvirt/connection.ts";
import { ListDomains } from "../../libvirt/flags.ts";

const found = new WeakMap<Libvirt, Promise<ReadonlySet<string>>>();

/** The UUIDs of guests that run and are not defined (`virsh undefine` leaves a running guest so), asked once a connection. */
export function undefinedGuests(libvirt: Libvirt): Promise<ReadonlySet<string>> {
  let guests = found.get(libvirt);
  if (guests === undefined) {
    guests = libvirt.domains.list(ListDomains.TRANSIENT).then((refs) => new Set(refs.map(({ uuid }) => uuid)));
    found.set(libvirt, guests);
    guests.catch(() => found.delete(libvirt));
  }
  return guests;
}
