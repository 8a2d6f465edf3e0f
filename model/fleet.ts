import { FleetFileError } from "./fleet/error.ts";
import { expressionProblems } from "./fleet/expressions.ts";
import type { FleetGuest } from "./fleet/guests.ts";
import { readMeaning } from "./fleet/meaning.ts";
import type { FleetBridge, FleetHost, FleetImage, FleetNetwork, FleetPool, FleetVolume } from "./fleet/schema.ts";
import { FleetSource } from "./fleet/source.ts";
import { structureProblems } from "./fleet/structure.ts";
import { usable } from "./fleet/usable.ts";

export { FleetFileError } from "./fleet/error.ts";
export type { FleetGuest } from "./fleet/guests.ts";
export {
  fleetJsonSchema,
  fleetSchema,
  type FleetBridge,
  type FleetHost,
  type FleetNetwork,
  type FleetPool,
  type FleetVolume,
  type GuestProps,
} from "./fleet/schema.ts";

type Named<Item> = Readonly<Record<string, Item>>;

/** A fleet file that is right: every name in it leads somewhere. */
export interface Fleet {
  /** The file's text, for telling where something stands. */
  readonly source: FleetSource;
  readonly hosts: Named<FleetHost>;
  readonly networks: Named<FleetNetwork>;
  readonly bridges: Named<FleetBridge>;
  readonly pools: Named<FleetPool>;
  readonly images: Named<FleetImage>;
  readonly volumes: Named<FleetVolume>;
  /** Each guest, with defaults, number and host. */
  readonly guests: readonly FleetGuest[];
}

/**
 * Reads a fleet file.
 *
 * @param file its name, for errors
 * @param env what `${env.NAME}` stands for
 * @throws FleetFileError with all that is wrong in it
 */
export function parseFleet(text: string, file: string, env: Readonly<Record<string, string | undefined>> = {}): Fleet {
  const source = new FleetSource(text, file, env);
  if (!source.readable || source.data === undefined || source.data === null) throw new FleetFileError(file, source.problems);
  const problems = [...source.problems, ...structureProblems(source), ...expressionProblems(source)];
  const data = usable(source.data);
  const { guests, problems: meant } = data ? readMeaning(source, data) : { guests: [], problems: [] };
  problems.push(...meant);
  if (problems.length > 0 || !data) throw new FleetFileError(file, problems);
  return {
    source,
    hosts: Object.fromEntries(Object.entries(data.hosts).map(([name, host]) => [name, typeof host === "string" ? { uri: host } : host])),
    networks: data.networks ?? {},
    bridges: data.bridges ?? {},
    pools: data.pools ?? {},
    images: data.images ?? {},
    volumes: data.volumes ?? {},
    guests,
  };
}
