import { TerraformStack } from "#cdktf";
import { Construct } from "constructs";
import { check } from "../model/check.ts";
import { shortHash } from "../model/name.ts";
import { checksum, imageProps } from "../model/props/image.ts";
import { MadeVolume } from "./made-volume.ts";
import { identityOf, identityPath } from "./moved.ts";
import { claimName } from "./names.ts";
import type { IImage, ImageFormat, IStoragePool, IVolume } from "./storage.ts";
import { content, ending, target } from "./volume-config.ts";

export interface ImageProps {
  /** Name of the image's volume in each pool. @default - from the construct path */
  readonly name?: string;
  /** Where to fetch it: http, https or file. Exactly one of `url` and `path` is given. */
  readonly url?: string;
  /** The image file on the machine that runs apply. */
  readonly path?: string;
  /** `sha256:...` or `sha512:...` of the file; embedded provider only. @default - not checked */
  readonly checksum?: string;
  /** @default - by the file's extension (.raw, .iso, .vmdk, .vdi, .vhd), else qcow2 */
  readonly format?: ImageFormat;
  /**
   * Allows an image to name other files of the host, which guests can then read: a backing file, a data file, extents.
   * Otherwise it is rejected; embedded provider only.
   * @default false
   */
  readonly allowBackingFile?: boolean;
}

const ENDINGS: Readonly<Record<string, ImageFormat>> = { raw: "raw", iso: "iso", vmdk: "vmdk", vdi: "vdi", vhd: "vpc", vpc: "vpc" };

/**
 * A disk image that guests start from. A pool stores it once for any number of guests; their disks store only the
 * differences (copy on write).
 *
 * ```ts
 * const debian = new Image(host, "debian", {
 *   url: "https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-amd64.qcow2",
 * });
 * ```
 *
 * It can also be created in the app, above several hosts' stacks: each host's pool then gets its own copy.
 */
export class Image extends Construct implements IImage {
  /** URL or absolute path, as passed to the provider. */
  readonly source: string;
  readonly checksum: string | undefined;
  readonly format: ImageFormat;
  readonly allowBackingFile: boolean;
  readonly #name: string | undefined;
  readonly #volumes = new Map<IStoragePool, IVolume>();

  /** @throws CdkvmError that names the invalid prop, its value and the fix */
  constructor(scope: Construct, id: string, props: ImageProps) {
    super(scope, id);
    check(imageProps, props, `Image ${this.node.path}`);
    this.source = props.url ?? props.path ?? "";
    this.checksum = props.checksum === undefined ? undefined : checksum(props.checksum);
    this.allowBackingFile = props.allowBackingFile ?? false;
    this.#name = props.name;
    const ending = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(this.source)?.[1]?.toLowerCase() ?? "";
    this.format = props.format ?? (Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined) ?? "qcow2";
  }

  /** A stack's image at a URL or path; always the same instance. */
  static at(scope: Construct, source: string): Image {
    const stack = TerraformStack.of(scope);
    const file = source.split(/[?#]/)[0]?.split("/").at(-1) ?? "";
    const base = `image-${file.replace(/\.[a-z0-9]+$/i, "") || "disk"}`;
    for (const id of [base, `${base}-${shortHash(source)}`]) {
      const found = stack.node.tryFindChild(id);
      if (found instanceof Image && found.source === source) return found;
      if (!found) return new Image(stack, id, source.startsWith("/") ? { path: source } : { url: source });
    }
    return new Image(stack, `${base}-${shortHash(`${source}#`)}`, source.startsWith("/") ? { path: source } : { url: source });
  }

  /** The volume with this image in a pool; shared by all callers. */
  volumeIn(pool: IStoragePool): IVolume {
    const volume = this.#volumes.get(pool) ?? this.#copyTo(pool);
    this.#volumes.set(pool, volume);
    return volume;
  }

  #copyTo(pool: IStoragePool): IVolume {
    const { format } = this;
    const id = `image-${identityOf(this).at(-1) ?? this.node.id}`;
    return new MadeVolume(pool, pool.node.tryFindChild(id) ? `${id}-${shortHash(identityPath(this))}` : id, pool, () => ({
      format,
      config: {
        name: claimName(this, "Volume", {
          given: this.#name,
          ending: ending(format, pool),
          stack: TerraformStack.of(pool),
          within: pool.node.path,
        }),
        ...target(format, pool),
        create: content(this),
      },
    }));
  }
}
