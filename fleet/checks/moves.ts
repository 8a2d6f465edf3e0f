import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import type { FleetLock } from "../lock.ts";
import type { FleetData } from "../schema.ts";
import type { FleetSource, Path } from "../source/source.ts";

/** Guests that would leave their hosts, with what they would lose; and removed hosts that still have guests. */
export function moveProblems(
  source: FleetSource,
  data: FleetData,
  guests: readonly FleetGuest[],
  lock: FleetLock,
  at: (path: Path) => Path,
): readonly FleetProblem[] {
  const isThere = (host: string): boolean => Object.hasOwn(data.hosts, host);
  const moves = guests.flatMap((guest) => {
    const from = lock.hosts.get(guest.name);
    if (from === undefined || from === guest.host || !isThere(from) || !isThere(guest.host)) return [];
    const where = [at(["guests", guest.entry, "host"]), at(["guests", guest.entry, "hosts"])].find((path) => source.has(path));
    const place = lock.placeOf(guest.name);
    const lost = disksOf(guest);
    return source.problem(
      where ?? ["guests", guest.entry],
      `"${guest.name}" is on ${from} (${place}), and this puts it on ${guest.host}`,
      `say ${from} here; or, to have it deleted on ${from}${lost} and made anew on ${guest.host}, write "${guest.name}: ${guest.host}" in ${place}`,
      where === undefined ? "key" : "value",
    );
  });
  const gone = [...new Set(lock.hosts.values())].filter((host) => !isThere(host));
  const leaving = gone.map((host) => {
    const names = [...lock.hosts].flatMap(([name, on]) => (on === host ? [name] : []));
    const places = names.map((name) => lock.placeOf(name)).join(", ");
    const several = names.length > 1;
    return source.problem(
      ["hosts"],
      `the host "${host}" is no longer here, but ${names.join(", ")} ${several ? "are" : "is"} on it (${places}), and nothing would manage ${several ? "them" : "it"} any more`,
      `put ${host} back, remove ${several ? "these guests" : "the guest"} and apply that first; or, where ${host} is gone for good, delete ${several ? "those lines" : "that line"} from ${lock.file}`,
      "key",
    );
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
