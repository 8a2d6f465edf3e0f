/** A volume's name, which is unique within its pool. */
export interface VolumeName {
  readonly pool: string;
  readonly name: string;
}

/** What locks, claims and inventories know a volume by: `volume images/data`. */
export const volumeKey = ({ pool, name }: VolumeName): string => `volume ${pool}/${name}`;

/** The noun under which a volume's name is claimed: `volume in pool images`. */
export const inPool = (pool: string): string => `volume in pool ${pool}`;
