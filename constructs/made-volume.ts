import { Construct } from "constructs";
import type { ByteSize } from "../model/bytes.ts";
import { Volume as VolumeResource, type VolumeConfig } from "./provider-libvirt/index.ts";
import type { ImageFormat, IStoragePool, IVolume } from "./storage.ts";

/** A volume's props as provider configuration, and what its users need of them. */
export interface VolumeSettings {
  readonly format: ImageFormat;
  readonly size?: ByteSize | undefined;
  readonly config: Omit<VolumeConfig, "pool">;
}

/** A volume that this program creates. */
export class MadeVolume extends Construct implements IVolume {
  readonly name: string;
  readonly pool: IStoragePool;
  readonly format: ImageFormat;
  readonly size: ByteSize | undefined;
  readonly resource: VolumeResource;

  /** @internal */
  constructor(scope: Construct, id: string, pool: IStoragePool, settingsOf: (volume: Construct) => VolumeSettings) {
    super(scope, id);
    const { format, size, config } = settingsOf(this);
    this.pool = pool;
    this.format = format;
    this.size = size;
    this.resource = new VolumeResource(this, "Default", { pool: pool.name, ...config });
    this.name = this.resource.name;
  }

  get path(): string {
    return this.resource.path;
  }
}
