import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import { guestPath, type Checked } from "./checked.ts";
import { moveFault } from "./faults.ts";

/** Guests that would leave their hosts, with what they would lose; and removed hosts that still have guests. */
export function moveProblems({ source, data, guests, lock }: Checked): readonly FleetProblem[] {
  const exists = (host: string): boolean => Object.hasOwn(data.hosts, host);
  const moves = guests.flatMap((guest) => {
    const from = lock.hosts.get(guest.name);
    if (from === undefined || from === guest.host || !exists(from) || !exists(guest.host)) return [];
    const fault = moveFault.guest(guest.name, from, guest.host, lock.positionOf(guest.name), disksOf(guest));
    const paths = ["host", "hosts"].map((key) => guestPath(source, ["guests", guest.entry, key]));
    const path = paths.find((one) => source.has(one));
    return path === undefined ? source.problem(["guests", guest.entry], fault, "key") : source.problem(path, fault);
  });
  const removed = [...new Set(lock.hosts.values())].filter((host) => !exists(host));
  const leaving = removed.map((host) => {
    const names = [...lock.hosts].flatMap(([name, on]) => (on === host ? [name] : []));
    const lines = names.map((name) => lock.positionOf(name));
    return source.problem(["hosts"], moveFault.host(host, names, lines, lock.file), "key");
  });
  return [...moves, ...leaving];
}

/** ` with its disks (debian 20 GiB, data 50 GiB)`: what is deleted with a guest. */
function disksOf({ props }: FleetGuest): string {
  const own = (props.disks ?? []).flatMap((disk) => {
    if (typeof disk === "string") return disk;
    if (disk.volume !== undefined || disk.block !== undefined || disk.file !== undefined || disk.cdrom !== undefined) return [];
    return [disk.name ?? disk.image, disk.size].filter((part) => part !== undefined).join(" ");
  });
  if (own.length === 0) return "";
  return ` with ${own.length === 1 ? "its disk" : "its disks"} (${own.join(", ")})`;
}
