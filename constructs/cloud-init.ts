import { TerraformStack } from "#cdktf";
import { Construct } from "constructs";
import { check } from "../model/check.ts";
import { nameFor, shortHash } from "../model/name.ts";
import { cloudInitProps } from "../model/props/cloud-init.ts";
import { metaData, networkConfig, userData } from "./cloud-config.ts";
import type { CloudInitProps } from "./cloud-init-props.ts";
import { MadeVolume } from "./made-volume.ts";
import { identityPath } from "./moved.ts";
import { claimName, pathBelowStack } from "./names.ts";
import { CloudinitDisk } from "./provider-libvirt/index.ts";
import type { IStoragePool, IVolume } from "./storage.ts";

/**
 * A guest's first-boot setup (https://docs.cloud-init.io, data source NoCloud): a small disk with user data, meta-data and
 * network configuration. Every synth produces the same text.
 *
 * ```ts
 * const setup = new CloudInit(host, "web1-setup", { users: [{ name: "ops", sshKeys: [key] }], packages: ["nginx"] });
 * new VM(host, "web1", { memory: "2 GiB", cloudInit: setup });
 * ```
 */
export class CloudInit extends Construct {
  /** Path of the disk image on the machine that runs apply, known after apply. */
  readonly path: string;
  readonly resource: CloudinitDisk;
  readonly #volumes = new Map<IStoragePool, IVolume>();

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: CloudInitProps) {
    super(scope, id);
    check(cloudInitProps, props, `CloudInit ${this.node.path}`);
    const name = claimName(this, "CloudInit", { given: props.name });
    const network = networkConfig(props);
    this.resource = new CloudinitDisk(this, "Default", {
      name,
      userData: userData(props),
      metaData: metaData(props, props.instanceId ?? `${nameFor(pathBelowStack(this))}-${shortHash(identityPath(this))}`),
      ...(network === undefined ? {} : { networkConfig: network }),
    });
    this.path = this.resource.path;
  }

  /** The volume with this disk in a pool; shared by all callers. */
  volumeIn(pool: IStoragePool): IVolume {
    const volume = this.#volumes.get(pool) ?? this.#diskIn(pool);
    this.#volumes.set(pool, volume);
    return volume;
  }

  #diskIn(pool: IStoragePool): IVolume {
    const id = this.#volumes.size === 0 ? "disk" : `disk-${shortHash(identityPath(pool))}`;
    return new MadeVolume(this, id, pool, (volume) => ({
      format: "iso",
      config: {
        name: claimName(this, "Volume", { ending: ".iso", stack: TerraformStack.of(volume), within: pool.node.path }),
        create: { content: { url: this.path } },
      },
    }));
  }
}
