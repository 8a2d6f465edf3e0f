import type { Libvirt } from "../../../libvirt/connection.ts";
import { ListDomains } from "../../../libvirt/flags.ts";

type Ask = (libvirt: Libvirt) => Promise<ReadonlySet<string>>;

/** The UUIDs of the guests that libvirt lists by these flags, asked once a connection. */
function listedOnce(flags: number): Ask {
  const found = new WeakMap<Libvirt, Promise<ReadonlySet<string>>>();
  return (libvirt) => {
    let guests = found.get(libvirt);
    if (guests === undefined) {
      guests = libvirt.domains.list(flags).then((refs) => new Set(refs.map(({ uuid }) => uuid)));
      found.set(libvirt, guests);
      guests.catch(() => found.delete(libvirt));
    }
    return guests;
  };
}

/** Guests that run and are not defined: `virsh undefine` leaves a running guest so. */
export const undefinedGuests = listedOnce(ListDomains.TRANSIENT);

/** Guests that are neither running nor off. */
export const restlessGuests = listedOnce(ListDomains.PAUSED | ListDomains.OTHER);
