import type { FleetProblem } from "../errors.ts";
import type { FleetGuest } from "../guests.ts";
import type { FleetSource, Path } from "../source/source.ts";

/** Disks that guests of different entries would write to on one host, which destroys the file system. */
export function sharedDiskProblems(source: FleetSource, guests: readonly FleetGuest[], at: (path: Path) => Path): readonly FleetProblem[] {
  const writers = new Map<string, FleetGuest>();
  return guests.flatMap((guest) =>
    (guest.props.disks ?? []).flatMap((disk, index) => {
      if (typeof disk === "string" || disk.shareable || disk.readOnly) return [];
      return (["volume", "block", "file"] as const).flatMap((kind) => {
        const name = disk[kind];
        if (name === undefined) return [];
        const key = `${guest.host}\0${kind}\0${name}`;
        const other = writers.get(key);
        writers.set(key, other ?? guest);
        if (other === undefined || other.entry === guest.entry) return [];
        return source.problem(
          at(["guests", guest.entry, "disks", index, kind]),
          `disks[${index}].${kind}: ${name} is a disk of "${other.name}" on ${guest.host} already, and both would write to it`,
          "give each guest a disk of its own; where their file system is made for several writers, set shareable: true at both; else readOnly: true",
        );
      });
    }),
  );
}
