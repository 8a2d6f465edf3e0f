import { addressProblems } from "./checks/addresses.ts";
import { entryProblems } from "./checks/entries.ts";
import { hostFault } from "./checks/faults.ts";
import { moveProblems } from "./checks/moves.ts";
import { nameProblems } from "./checks/names.ts";
import { References } from "./checks/references.ts";
import { sharedDiskProblems } from "./checks/shared-disks.ts";
import { vlanProblems } from "./checks/vlans.ts";
import type { FleetProblem } from "./errors.ts";
import { expand, namesOf, placesOf, withDefaults, type FleetGuest, type WholeEntry } from "./guests.ts";
import type { FleetLock } from "./lock.ts";
import { placeGuests } from "./placement.ts";
import type { FleetData } from "./schema.ts";
import type { FleetSource } from "./source/source.ts";

/**
 * The guests of a file, and its overall problems: unresolved or duplicate names, placement, addresses. `spread`: guests whose
 * host cdkvm chooses.
 */
export function resolveGuests(
  source: FleetSource,
  data: FleetData,
  lock: FleetLock,
): { readonly guests: readonly FleetGuest[]; readonly spread: ReadonlySet<string>; readonly problems: readonly FleetProblem[] } {
  const problems: FleetProblem[] = [];
  const references = new References(source, data);
  const guests: FleetGuest[] = [];
  const spread = new Set<string>();
  references.sections();
  expectHosts("defaults", data.defaults ?? {});
  for (const [entry, given] of Object.entries(data.guests ?? {})) {
    const whole = withDefaults(given, data.defaults);
    const places = findPlaces(entry, whole);
    const known = places.filter((one) => Object.hasOwn(data.hosts, one));
    references.guest(entry, whole, [...new Set(known.slice(0, Math.max(whole.count ?? 1, 0)))]);
    problems.push(...entryProblems(source, entry, whole));
    const names = namesOf(entry, whole);
    if (new Set(places).size > 1) for (const name of names) spread.add(name);
    guests.push(...expand(entry, whole, placeGuests(names, places, lock.hosts)));
  }
  const checked = { source, data, lock, guests };
  problems.push(
    ...references.problems,
    ...moveProblems(checked),
    ...nameProblems(checked),
    ...vlanProblems(checked),
    ...sharedDiskProblems(checked),
    ...addressProblems(checked),
  );
  return { guests, spread, problems };

  function expectHosts(section: "defaults" | "guests", { host, hosts }: Pick<WholeEntry, "host" | "hosts">, ...entry: string[]): void {
    if (host !== undefined) references.expect([section, ...entry, "host"], host, ["hosts"]);
    for (const [index, one] of (hosts ?? []).entries()) references.expect([section, ...entry, "hosts", index], one, ["hosts"]);
  }

  function findPlaces(entry: string, whole: WholeEntry): readonly string[] {
    const own = data.guests?.[entry] ?? {};
    if (own.host !== undefined && own.hosts !== undefined)
      problems.push(source.problem(["guests", entry, "hosts"], hostFault.both(), "key"));
    expectHosts("guests", own, entry);
    const places = placesOf(whole, data);
    const all = Object.keys(data.hosts);
    if (places.length === 0 && all.length > 1) problems.push(source.problem(["guests", entry], hostFault.none(entry, all), "key"));
    return places;
  }
}
