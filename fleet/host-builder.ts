import type { Construct } from "constructs";
import type { Attachable } from "../constructs/attachment.ts";
import { Bridge } from "../constructs/bridge.ts";
import type { CloudInitProps } from "../constructs/cloud-init-props.ts";
import type { DiskProps } from "../constructs/disk.ts";
import { Image, type ImageProps } from "../constructs/image.ts";
import type { NetworkProps } from "../constructs/network-props.ts";
import { Network } from "../constructs/network.ts";
import type { StoragePoolProps } from "../constructs/storage-pool-props.ts";
import { StoragePool } from "../constructs/storage-pool.ts";
import type { NicProps, VMProps } from "../constructs/vm-props.ts";
import { VM } from "../constructs/vm.ts";
import { Volume, type VolumeProps } from "../constructs/volume.ts";
import type { FleetGuest } from "./guests.ts";
import type { Fleet } from "./parse.ts";
import type { FleetHost, GuestProps } from "./schema.ts";
import { isAddress } from "./checks/references.ts";
import { HostStack, type HostStackProps } from "../stacks/host-stack.ts";

/** Everything in a fleet file for one host; each construct is created once, on first use. */
export class FleetHostBuilder {
  readonly name: string;
  readonly stack: HostStack;
  readonly #fleet: Fleet;
  readonly #made = new Map<string, unknown>();
  /** A pool in the file that the host uses as its own. */
  readonly #ownPool: string | undefined;

  constructor(scope: Construct, name: string, host: FleetHost, fleet: Fleet) {
    this.name = name;
    this.#fleet = fleet;
    const { defaultPool, ...rest } = host;
    this.#ownPool = defaultPool !== undefined && Object.hasOwn(fleet.pools, defaultPool) ? defaultPool : undefined;
    this.stack = new HostStack(scope, name, literal(this.#ownPool === undefined ? host : rest) as HostStackProps);
  }

  networks(name: string): Network {
    return this.#once("network", name, (id) => {
      const { onHosts: _, ...props } = this.#fleet.networks[name] ?? {};
      if ("existing" in props) return Network.existing(this.stack, id, props.name ?? name);
      return new Network(this.stack, id, literal({ name, ...props }) as NetworkProps);
    });
  }

  pools(name: string): StoragePool {
    return this.#once("pool", name, (id) => {
      const pool = this.#fleet.pools[name];
      if (pool?.type === "existing") return StoragePool.existing(this.stack, id, pool.name ?? name, pool.kind ? { type: pool.kind } : {});
      const { onHosts: _, ...props } = pool ?? {};
      return new StoragePool(this.stack, id, literal({ name, ...props }) as StoragePoolProps);
    });
  }

  volumes(name: string): Volume {
    return this.#once("volume", name, (id) => {
      const { onHosts: _, pool, image, backing, ...props } = this.#fleet.volumes[name] ?? {};
      return new Volume(this.stack, id, {
        ...(literal(props) as VolumeProps),
        pool: this.#pool(pool),
        ...(image === undefined ? {} : { image: this.#image(image) }),
        ...(backing === undefined
          ? {}
          : { backing: Object.hasOwn(this.#fleet.volumes, backing) ? this.volumes(backing) : this.#image(backing) }),
      });
    });
  }

  guest({ name, props }: FleetGuest): VM {
    const { pool, disks, networks, cloudInit, ...rest } = props;
    return new VM(this.stack, name, {
      ...(literal(rest) as VMProps),
      name,
      ...(pool === undefined && this.#ownPool === undefined ? {} : { pool: this.#pool(pool) }),
      ...(disks ? { disks: disks.map((disk) => this.#disk(disk)) } : {}),
      ...(networks ? { networks: networks.map((nic) => this.#nic(nic)) } : {}),
      ...(cloudInit ? { cloudInit: literal(cloudInit) as CloudInitProps } : {}),
    });
  }

  #pool(name: string | undefined): StoragePool {
    const chosen = name ?? this.#ownPool;
    return chosen === undefined ? this.stack.pool : this.pools(chosen);
  }

  #image(name: string): Image {
    return this.#once("image", name, (id) => new Image(this.stack, id, literal(this.#fleet.images[name] ?? {}) as ImageProps));
  }

  #disk(disk: NonNullable<GuestProps["disks"]>[number]): DiskProps {
    const { image, volume, cdrom, pool, ...props } = typeof disk === "string" ? { image: disk } : disk;
    return {
      ...(literal(props) as DiskProps),
      ...(image === undefined ? {} : { image: isAddress(image) ? literal(image) : this.#image(image) }),
      ...(volume === undefined ? {} : { volume: this.volumes(volume) }),
      ...(cdrom === undefined ? {} : { cdrom: this.#cdrom(cdrom) }),
      ...(pool === undefined ? {} : { pool: this.#pool(pool) }),
    };
  }

  #cdrom(cdrom: string | boolean): NonNullable<DiskProps["cdrom"]> {
    if (typeof cdrom === "boolean" || isAddress(cdrom)) return literal(cdrom);
    return Object.hasOwn(this.#fleet.images, cdrom) ? this.#image(cdrom) : this.volumes(cdrom);
  }

  #nic(nic: NonNullable<GuestProps["networks"]>[number]): NicProps {
    if (typeof nic === "string") return { network: this.#attachable(nic) };
    const { network, bridge, ...props } = nic;
    return {
      ...(literal(props) as NicProps),
      ...(network === undefined ? {} : { network: this.networks(network) }),
      ...(bridge === undefined ? {} : { bridge: this.#attachable(bridge) }),
    };
  }

  #attachable(name: string): Attachable {
    const bridge = this.#fleet.bridges[name];
    if (bridge === undefined || Object.hasOwn(this.#fleet.networks, name)) return this.networks(name);
    return this.#once("bridge", name, () => {
      const { name: device, onHosts: _, type, ...options } = bridge;
      if (type === "existing") return Bridge.existing(device);
      const given: object = literal(options);
      return type === "macvtap" ? Bridge.macvtap(device, given) : Bridge.openVSwitch(device, given);
    });
  }

  #once<Made>(kind: string, name: string, make: (id: string) => Made): Made {
    const id = `${kind}-${name}`;
    const made = this.#made.get(id) as Made | undefined;
    if (made !== undefined) return made;
    const fresh = make(id);
    this.#made.set(id, fresh);
    return fresh;
  }
}

/** A fleet file has no engine expressions: what looks like one is text. */
function literal<Value>(value: Value): Value {
  if (typeof value === "string") return value.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign) as Value;
  if (Array.isArray(value)) return value.map(literal) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item)])) as Value;
}
