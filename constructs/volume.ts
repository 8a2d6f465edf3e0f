import { Construct } from "constructs";
import { hostOf } from "./host.ts";
import { MadeVolume } from "./made-volume.ts";
import type { ImageFormat, IStoragePool, IVolume, VolumeProps } from "./storage.ts";
import { volumeSettings } from "./volume-config.ts";

export interface ExistingVolumeProps {
  readonly pool: IStoragePool;
  /** Name of the volume in its pool. */
  readonly name: string;
  /** Its format. @default - qcow2; raw in pools of block devices */
  readonly format?: ImageFormat;
  /** Its path on the host; required to use it as a backing volume. */
  readonly path?: string;
}

/**
 * A disk in a storage pool (https://libvirt.org/formatstorage.html#storage-volume-xml): blank, a copy of an image, or an
 * overlay on another volume.
 */
export class Volume extends MadeVolume {
  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: VolumeProps) {
    const pool = props.pool ?? hostOf(scope).pool;
    super(scope, id, pool, (volume) => volumeSettings(volume, pool, props));
  }

  /** An existing volume in the pool; cdkvm neither creates nor removes it. */
  static existing(scope: Construct, id: string, props: ExistingVolumeProps): IVolume {
    return new ExistingVolume(scope, id, props);
  }
}

class ExistingVolume extends Construct implements IVolume {
  readonly name: string;
  readonly pool: IStoragePool;
  readonly format: ImageFormat;
  readonly path: string;

  constructor(scope: Construct, id: string, { pool, name, format, path }: ExistingVolumeProps) {
    super(scope, id);
    this.name = name;
    this.pool = pool;
    this.format = format ?? (pool.holdsFiles ? "qcow2" : "raw");
    this.path = path ?? "";
  }
}
