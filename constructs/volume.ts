import { TerraformStack } from "#cdktf";
import { Construct } from "constructs";
import { ByteSize } from "../model/bytes.ts";
import { check } from "../model/check.ts";
import { CdkvmError } from "../model/errors.ts";
import { volumeProps } from "../model/props/volume.ts";
import type { CloudInit } from "./cloud-init.ts";
import { hostOf } from "./host.ts";
import type { Image, ImageFormat } from "./image.ts";
import { claimName } from "./names.ts";
import { Volume as VolumeResource, type VolumeConfig } from "./provider-libvirt/index.ts";
import { expectSameHost } from "./same-host.ts";
import type { StoragePool } from "./storage-pool.ts";

export interface VolumeProps {
  /** Name of the volume in its pool. @default - from the construct path, with the format as extension */
  readonly name?: string;
  /** @default - the host's own pool */
  readonly pool?: StoragePool;
  /** Capacity: `20 GiB`. It can grow in place, but never shrinks. @default - that of the image or backing volume */
  readonly size?: ByteSize | string;
  /** @default - qcow2; raw in pools of block devices; the image's format for a copy of an image */
  readonly format?: ImageFormat;
  /** Image to copy into the volume. @default - blank */
  readonly image?: Image;
  /** Backing volume or image; only differences are stored here (copy on write). @default - nothing */
  readonly backing?: Volume | Image;
  /** Never destroy or replace it: such a plan is an error. @default false */
  readonly protect?: boolean;
}

export interface ExistingVolumeProps {
  readonly pool: StoragePool;
  /** Name of the volume in its pool. */
  readonly name: string;
  /** Its format. @default - qcow2; raw in pools of block devices */
  readonly format?: ImageFormat;
  /** Its path on the host; required to use it as a backing volume. */
  readonly path?: string;
}

type Special =
  | { readonly existing: ExistingVolumeProps }
  | { readonly holds: Image; readonly name?: string | undefined }
  | { readonly cloudInit: CloudInit };
const special = Symbol("special");

/**
 * A disk in a storage pool (https://libvirt.org/formatstorage.html#storage-volume-xml): blank, a copy of an image, or an
 * overlay on another volume.
 */
export class Volume extends Construct {
  /** Its name in the pool: a reference, so that its users come after it. */
  readonly name: string;
  readonly pool: StoragePool;
  readonly format: ImageFormat;
  /** Its capacity, if the program sets it. */
  readonly size: ByteSize | undefined;
  /** The underlying resource; none for an existing volume. */
  readonly resource: VolumeResource | undefined;
  #path: string | undefined;

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(
    scope: Construct,
    id: string,
    props: (VolumeProps & { readonly [special]?: undefined }) | { readonly pool: StoragePool; readonly [special]: Special },
  ) {
    super(scope, id);
    const kind = props[special];
    this.pool = props.pool ?? hostOf(this).pool;
    if (kind && "existing" in kind) {
      this.name = kind.existing.name;
      this.#path = kind.existing.path ?? "";
      this.format = kind.existing.format ?? (this.pool.holdsFiles ? "qcow2" : "raw");
      this.resource = undefined;
      return;
    }
    const config = kind ? this.#special(kind) : this.#checked(props);
    this.format = config.format;
    this.size = config.size;
    this.resource = new VolumeResource(this, "Default", config.resource);
    this.name = this.resource.name;
  }

  /** Its path on the host, known after apply. */
  get path(): string {
    return (this.#path ??= this.resource?.path ?? "");
  }

  /** An existing volume in the pool; cdkvm neither creates nor removes it. */
  static existing(scope: Construct, id: string, props: ExistingVolumeProps): Volume {
    return new Volume(scope, id, { pool: props.pool, [special]: { existing: props } });
  }

  /** The volume that holds an image. @internal */
  static ofImage(pool: StoragePool, id: string, image: Image, name?: string): Volume {
    return new Volume(pool, id, { pool, [special]: { holds: image, name } });
  }

  /** The volume that holds a cloud-init disk. @internal */
  static ofCloudInit(scope: Construct, id: string, pool: StoragePool, cloudInit: CloudInit): Volume {
    return new Volume(scope, id, { pool, [special]: { cloudInit } });
  }

  #special(kind: Exclude<Special, { existing: unknown }>): Lowered {
    if ("cloudInit" in kind) {
      const name = claimName(kind.cloudInit, "Volume", { ending: ".iso", stack: TerraformStack.of(this), within: this.pool.node.path });
      return {
        format: "iso",
        size: undefined,
        resource: { name, pool: this.pool.name, create: { content: { url: kind.cloudInit.path } } },
      };
    }
    const { holds: image } = kind;
    const name = claimName(image, "Volume", {
      given: kind.name,
      ending: ending(image.format, this.pool),
      stack: TerraformStack.of(this),
      within: this.pool.node.path,
    });
    return {
      format: image.format,
      size: undefined,
      resource: { name, pool: this.pool.name, ...target(image.format, this.pool), create: content(image) },
    };
  }

  #checked(props: VolumeProps): Lowered {
    const what = `Volume ${this.node.path}`;
    check(volumeProps, props, what);
    expectSameHost(this, what, "pool", props.pool);
    if (props.backing && !("volumeIn" in props.backing)) expectSameHost(this, what, "backing", props.backing);
    const format = props.format ?? props.image?.format ?? (this.pool.holdsFiles ? "qcow2" : "raw");
    const backing = props.backing && "volumeIn" in props.backing ? props.backing.volumeIn(this.pool) : props.backing;
    if (!this.pool.holdsFiles && format !== "raw") {
      throw new CdkvmError({
        code: "CDKVM_POOL_FORMAT",
        doing: what,
        problem: `format: a pool of type "${this.pool.type}" holds block devices, which are raw, not ${format}`,
        fix: "leave format out, or use a pool of files as StoragePool.directory",
      });
    }
    if (backing && !this.pool.holdsFiles && this.pool.type !== "logical") {
      throw new CdkvmError({
        code: "CDKVM_POOL_BACKING",
        doing: what,
        problem: `backing: a pool of type "${this.pool.type}" has no copy-on-write volumes`,
        fix: "use image, which copies, or a pool of files as StoragePool.directory",
      });
    }
    if (backing?.path === "") {
      throw new CdkvmError({
        code: "CDKVM_VOLUME_PATH",
        doing: what,
        problem: `backing: the path of ${backing.node.path} is not known`,
        fix: "give Volume.existing its path",
      });
    }
    const size = props.size === undefined ? backing?.size : ByteSize.of(props.size);
    const name = claimName(this, "Volume", { given: props.name, ending: ending(format, this.pool), within: this.pool.node.path });
    return {
      format,
      size,
      resource: {
        name,
        pool: this.pool.name,
        ...capacity(size, backing),
        ...target(format, this.pool),
        backingStore: backing && { path: backing.path, format: { type: backing.format } },
        create: props.image && content(props.image),
        ...lifecycle(props.protect === true, hostOf(this).provider === "registry" ? backing : undefined),
      },
    };
  }
}

interface Lowered {
  readonly format: ImageFormat;
  readonly size: ByteSize | undefined;
  readonly resource: VolumeConfig;
}

const ending = (format: ImageFormat, pool: StoragePool): string => (pool.holdsFiles ? `.${format}` : "");

/** libvirt itself detects an ISO file, and reports the format only later. */
const target = (format: ImageFormat, pool: StoragePool): Pick<VolumeConfig, "target"> =>
  pool.holdsFiles && format !== "iso" ? { target: { format: { type: format } } } : {};

const content = (image: Image): NonNullable<VolumeConfig["create"]> => ({
  content: {
    url: image.source,
    ...(image.checksum === undefined ? {} : { checksum: image.checksum }),
    ...(image.allowBackingFile && { allowBackingFile: true }),
  },
});

/** The reference for `replace_triggered_by`. @internal */
export const idOf = ({ terraformResourceType: type, friendlyUniqueId: id }: VolumeResource): string => `${type}.${id}.id`;

/** The registry's provider would keep it when its backing content changes; the embedded one plans the replacement itself. */
function lifecycle(protect: boolean, below: Volume | undefined): Pick<VolumeConfig, "lifecycle"> {
  const made = below?.resource;
  if (!protect && made === undefined) return {};
  return {
    lifecycle: { ...(protect && { preventDestroy: true }), ...(made && { replaceTriggeredBy: [idOf(made)] }) },
  };
}

/** Without its own size, a volume is as large as its backing volume. */
function capacity(size: ByteSize | undefined, backing: Volume | undefined): Pick<VolumeConfig, "capacity" | "capacityUnit"> {
  if (size) {
    const { amount, unit } = size.largest(["bytes", "KiB", "MiB", "GiB", "TiB"]);
    return { capacity: amount, capacityUnit: unit };
  }
  return backing?.resource ? { capacity: backing.resource.capacity } : {};
}
