import { ListDomains } from "../../../libvirt/flags.ts";
import type { Host } from "../../host.ts";

/** The UUIDs of the guests that libvirt lists for these flags, queried once. */
const listedOnce =
  (flags: number) =>
  (host: Host): Promise<ReadonlySet<string>> =>
    host.once.ask(`guests listed by ${flags}`, async () => {
      const { domains } = await host.libvirt();
      return new Set((await domains.list(flags)).map(({ uuid }) => uuid));
    });

/** Running guests without a definition: `virsh undefine` leaves a running guest like this. */
export const undefinedGuests = listedOnce(ListDomains.TRANSIENT);

/** Guests that are neither running nor off. */
export const restlessGuests = listedOnce(ListDomains.PAUSED | ListDomains.OTHER);
