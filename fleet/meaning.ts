import { CdkvmError, type ErrorDetails } from "../model/errors.ts";
import { hostName, libvirtName } from "../model/name.ts";
import { problemsOf } from "../model/problems.ts";
import { addressProblems } from "./checks/addresses.ts";
import type { FleetProblem } from "./errors.ts";
import { expand, guestProps, namesOf, placesOf, withDefaults, type FleetGuest, type WholeEntry } from "./guests.ts";
import type { FleetLock } from "./lock.ts";
import { moveProblems } from "./checks/moves.ts";
import { placeGuests } from "./placement.ts";
import { isOn, References } from "./checks/references.ts";
import { wholeGuest, type FleetData, type GuestDefaults, type GuestEntry } from "./schema.ts";
import type { FleetSource, Path } from "./source/source.ts";
import { sharedDiskProblems } from "./checks/shared-disks.ts";
import { tell } from "./problem-words.ts";
import { vlanProblems } from "./checks/vlans.ts";

/**
 * The guests of a file, and its overall problems: unresolved or duplicate names, placement, addresses. `spread`: guests whose
 * host cdkvm chooses.
 */
export function readMeaning(
  source: FleetSource,
  data: FleetData,
  lock: FleetLock,
): { readonly guests: readonly FleetGuest[]; readonly spread: ReadonlySet<string>; readonly problems: readonly FleetProblem[] } {
  const problems: FleetProblem[] = [];
  const references = new References(source, data);
  const guests: FleetGuest[] = [];
  const spread = new Set<string>();
  references.sections();
  const { host, hosts } = data.defaults ?? {};
  for (const [path, name] of [
    [["defaults", "host"], host] as const,
    ...(hosts ?? []).map((one, index) => [["defaults", "hosts", index], one] as const),
  ])
    if (name !== undefined) references.expect(path, name, ["hosts"]);

  for (const [entry, given] of Object.entries(data.guests ?? {})) {
    const whole = withDefaults(given, data.defaults);
    const at = fromDefaults(source);
    const places = findPlaces(entry, whole);
    const known = places.filter((one) => Object.hasOwn(data.hosts, one));
    references.guest(["guests", entry], at, whole, [...new Set(known.slice(0, Math.max(whole.count ?? 1, 0)))]);
    problems.push(...wholeProblems(source, entry, at), ...sharedProblems(source, entry, whole, at));
    const names = namesOf(entry, whole);
    if (new Set(places).size > 1) for (const name of names) spread.add(name);
    guests.push(...expand(entry, whole, placeGuests(names, places, lock.hosts)));
  }
  problems.push(
    ...references.problems,
    ...moveProblems(source, data, guests, lock, fromDefaults(source)),
    ...nameProblems(source, data, guests),
    ...vlanProblems(source, data, guests, fromDefaults(source)),
    ...sharedDiskProblems(source, guests, fromDefaults(source)),
    ...addressProblems(source, data, guests, fromDefaults(source)),
  );
  return { guests, spread, problems };

  function findPlaces(entry: string, whole: WholeEntry): readonly string[] {
    const path: Path = ["guests", entry];
    const own = data.guests?.[entry];
    if (own?.host !== undefined && own.hosts !== undefined)
      problems.push(source.problem([...path, "hosts"], "it has both host and hosts", "keep one of them", "key"));
    if (own?.host !== undefined) references.expect([...path, "host"], own.host, ["hosts"]);
    for (const [index, one] of (own?.hosts ?? []).entries()) references.expect([...path, "hosts", index], one, ["hosts"]);
    const places = placesOf(whole, data);
    if (places.length === 0 && Object.keys(data.hosts).length > 1) {
      const all = Object.keys(data.hosts);
      const fix = `write host: ${all[0]}, or hosts: [${all.join(", ")}] to spread them; it may stand in defaults too`;
      problems.push(source.problem(path, `nothing says which of the ${all.length} hosts "${entry}" is on`, fix, "key"));
    }
    return places;
  }
}

/** The position of a guest's prop: in its entry, or else in the defaults. */
const fromDefaults =
  (source: FleetSource) =>
  (path: Path): Path => {
    const rest = path.slice(2);
    return rest.length > 0 && !source.has(path) && source.has(["defaults", ...rest]) ? ["defaults", ...rest] : path;
  };

/** The problems of a guest's entry merged with the defaults. */
function wholeProblems(source: FleetSource, entry: string, at: (path: Path) => Path): FleetProblem[] {
  const { guests, defaults } = source.data as { readonly guests: Record<string, GuestEntry>; readonly defaults?: GuestDefaults };
  const inFile = (path: Path): Path => ["guests", entry, ...path];
  const props = guestProps(withDefaults(guests[entry] ?? {}, defaults));
  return problemsOf(wholeGuest, props, (path) => source.spelling(at(inFile(path)))).flatMap((problem) => {
    const path = inFile(problem.path);
    if (source.isUnset(at(path))) return [];
    if (problem.path[0] === "memory" && problem.kind === "missing")
      return source.problem(path, `"${entry}" has no memory`, 'give it memory, as in "2 GiB", here or in defaults', "key");
    return tell(source, { ...problem, path }, at(path));
  });
}

/** What several guests of one entry cannot share. */
function sharedProblems(source: FleetSource, entry: string, whole: WholeEntry, at: (path: Path) => Path): FleetProblem[] {
  const count = whole.count ?? 1;
  const problems: FleetProblem[] = [];
  const say = (path: Path, message: string, fix: string): void =>
    void problems.push(source.problem(at(["guests", entry, ...path]), message, fix));
  const all = `all ${count} guests of "${entry}" would have it`;
  if (count > 1) {
    for (const key of ["hostname", "fqdn", "name", "instanceId"] as const)
      if (whole.cloudInit?.[key] !== undefined)
        say(["cloudInit", key], `cloudInit.${key}: ${all}`, key === "hostname" ? "drop it: each then has its own name" : "drop it");
    for (const [index, disk] of (whole.disks ?? []).entries()) {
      if (typeof disk === "string" || disk.shareable || disk.readOnly) continue;
      for (const key of ["volume", "block", "file"] as const)
        if (disk[key] !== undefined)
          say(["disks", index, key], `disks[${index}].${key}: ${all}`, "give each guest a disk of its own, or set shareable: true");
    }
  }
  const { cloudInit } = whole;
  if (cloudInit && cloudInit.hostname === undefined && cloudInit.fqdn === undefined && cloudInit.userData === undefined) {
    const problem = refusal(hostName, whole.name ?? entry);
    if (problem) {
      problems.push(
        source.problem(
          ["guests", entry, ...(whole.name === undefined ? [] : ["name"])],
          `${problem.problem}, which cloud-init needs`,
          "rename the guest, or set cloudInit.hostname",
          whole.name === undefined ? "key" : "value",
        ),
      );
    }
  }
  return problems;
}

/** Duplicate names. */
function nameProblems(source: FleetSource, data: FleetData, guests: readonly FleetGuest[]): FleetProblem[] {
  const problems: FleetProblem[] = [];
  const taken = new Map<string, FleetGuest>();
  for (const guest of guests) {
    const path: Path = ["guests", guest.entry];
    const other = taken.get(guest.name);
    taken.set(guest.name, other ?? guest);
    const wrong = guest.index === 0 ? refusal(libvirtName, guest.name) : undefined;
    if (wrong) problems.push(source.problem([...path, "name"], `name: ${wrong.problem}`, wrong.fix));
    if (other && other.entry !== guest.entry)
      problems.push(
        source.problem(
          path,
          `"${guest.name}" is the name of a guest of "${other.entry}" already (line ${source.problem(["guests", other.entry], "", "", "key").line})`,
          "rename one of them",
          "key",
        ),
      );
  }
  const said = new Set<string>();
  for (const section of ["networks", "pools"] as const) {
    for (const host of Object.keys(data.hosts)) {
      const names = new Map<string, string>();
      for (const [key, item] of Object.entries(data[section] ?? {})) {
        if (!isOn(item, host)) continue;
        const name = item.name ?? key;
        const other = names.get(name);
        names.set(name, key);
        if (other === undefined || said.has(`${section}.${key}`)) continue;
        said.add(`${section}.${key}`);
        problems.push(
          source.problem(
            [section, key, ...(item.name === undefined ? [] : ["name"])],
            `"${name}" is the name of ${section}.${other} on ${host} already`,
            "rename one of them",
            item.name === undefined ? "key" : "value",
          ),
        );
      }
    }
  }
  return problems;
}

/** The parser's error for a text. */
function refusal(read: (text: string) => unknown, text: string): ErrorDetails | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    if (error instanceof CdkvmError) return error.details;
    throw error;
  }
}
