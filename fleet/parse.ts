import { FleetFileError } from "./errors.ts";
import { expressionProblems } from "./checks/expressions.ts";
import type { FleetGuest } from "./guests.ts";
import { FleetLock } from "./lock.ts";
import { type LockFile, lockFileOf } from "./lock-file.ts";
import { resolveGuests } from "./resolve.ts";
import { commandProblems, reachProblems } from "./checks/reach.ts";
import type { FleetBridge, FleetHost, FleetImage, FleetNetwork, FleetPool, FleetVolume } from "./schema.ts";
import { FleetSource } from "./source/source.ts";
import { structureProblems } from "./structure.ts";
import { usable } from "./usable.ts";

type Named<Item> = Readonly<Record<string, Item>>;

/** A valid fleet file: all names in it resolve. */
export interface Fleet {
  /** The file's text, for positions in messages. */
  readonly source: FleetSource;
  readonly hosts: Named<FleetHost>;
  readonly networks: Named<FleetNetwork>;
  readonly bridges: Named<FleetBridge>;
  readonly pools: Named<FleetPool>;
  readonly images: Named<FleetImage>;
  readonly volumes: Named<FleetVolume>;
  /** Each guest, with its defaults, number and host. */
  readonly guests: readonly FleetGuest[];
  readonly lock: NextLock;
}

/** The lock file's content once this fleet is planned. */
export interface NextLock extends LockFile {
  readonly text: string;
  /** Whether it differs from the current content. */
  readonly changed: boolean;
  /** Guests just placed by cdkvm, because they were not in the lock file: `web-3 on kvm2`. */
  readonly placed: readonly string[];
}

/**
 * Parses a fleet file.
 *
 * @param file its name, for errors
 * @param env the values of `${env.NAME}`
 * @param locked the lock file next to it. Default: none yet
 * @param options `untrusted`: reject access to anything beyond its own guests, networks and storage
 * @throws FleetFileError with all its problems
 */
export function parseFleet(
  text: string,
  file: string,
  env: Readonly<Record<string, string | undefined>> = {},
  locked: LockFile = { file: lockFileOf(file) },
  { untrusted = false }: { readonly untrusted?: boolean } = {},
): Fleet {
  const lock = new FleetLock(locked.file, locked.text);
  const source = new FleetSource(text, file, untrusted ? null : env);
  if (!source.readable || source.data === undefined || source.data === null) throw new FleetFileError(file, source.problems);
  const problems = [
    ...lock.problems,
    ...source.problems,
    ...structureProblems(source),
    ...expressionProblems(source),
    ...commandProblems(source),
  ];
  if (untrusted) problems.push(...reachProblems(source));
  const data = usable(source.data);
  if (!data) throw new FleetFileError(file, problems);
  const { guests, spread, problems: unresolved } = resolveGuests(source, data, lock);
  problems.push(...unresolved);
  if (problems.length > 0) throw new FleetFileError(file, problems);
  const placed = guests.filter(({ name }) => spread.has(name) && !lock.hosts.has(name));
  return {
    source,
    hosts: Object.fromEntries(Object.entries(data.hosts).map(([name, host]) => [name, typeof host === "string" ? { uri: host } : host])),
    networks: data.networks ?? {},
    bridges: data.bridges ?? {},
    pools: data.pools ?? {},
    images: data.images ?? {},
    volumes: data.volumes ?? {},
    guests,
    lock: {
      ...locked,
      ...lock.with(new Map(guests.map(({ name, host }) => [name, host]))),
      placed: placed.map(({ name, host }) => `${name} on ${host}`),
    },
  };
}
