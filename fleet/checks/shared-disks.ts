import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import { guestPath, type Checked } from "./checked.ts";
import { guestFault } from "./faults.ts";

/** Disks that guests of different entries would write to on one host, which destroys the file system. */
export function sharedDiskProblems({ source, guests }: Checked): readonly FleetProblem[] {
  const writers = new Map<string, FleetGuest>();
  return guests.flatMap((guest) =>
    (guest.props.disks ?? []).flatMap((disk, index) => {
      if (typeof disk === "string" || disk.shareable || disk.readOnly) return [];
      return (["volume", "block", "file"] as const).flatMap((prop) => {
        const name = disk[prop];
        if (name === undefined) return [];
        const key = `${guest.host}\0${prop}\0${name}`;
        const other = writers.get(key);
        writers.set(key, other ?? guest);
        if (other === undefined || other.entry === guest.entry) return [];
        return source.problem(
          guestPath(source, ["guests", guest.entry, "disks", index, prop]),
          guestFault.diskOfTwo(`disks[${index}].${prop}`, name, other.name, guest.host),
        );
      });
    }),
  );
}
