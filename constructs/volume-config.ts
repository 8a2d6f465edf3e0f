import type { Construct } from "constructs";
import { ByteSize } from "../model/bytes.ts";
import { check } from "../model/check.ts";
import { volumeProps } from "../model/props/volume.ts";
import { volumeError } from "./errors.ts";
import { settingsOf } from "./host-settings.ts";
import type { VolumeSettings } from "./made-volume.ts";
import { claimName } from "./names.ts";
import type { Volume as VolumeResource, VolumeConfig } from "./provider-libvirt/index.ts";
import { expectSameHost } from "./same-host.ts";
import { isImage, type IImage, type ImageFormat, type IStoragePool, type IVolume, type VolumeProps } from "./storage.ts";

/**
 * A volume's props as provider configuration (https://libvirt.org/formatstorage.html#storage-volume-xml).
 *
 * @throws CdkvmError that names the invalid prop, its value and the fix
 */
export function volumeSettings(volume: Construct, pool: IStoragePool, props: VolumeProps): VolumeSettings {
  const what = `Volume ${volume.node.path}`;
  check(volumeProps, props, what);
  expectSameHost(volume, what, "pool", props.pool);
  if (!isImage(props.backing)) expectSameHost(volume, what, "backing", props.backing);
  const format = props.format ?? props.image?.format ?? (pool.holdsFiles ? "qcow2" : "raw");
  const backing = isImage(props.backing) ? props.backing.volumeIn(pool) : props.backing;
  if (!pool.holdsFiles && format !== "raw") throw volumeError.format(what, pool.type, format);
  if (backing && !pool.holdsFiles && pool.type !== "logical") throw volumeError.backing(what, pool.type);
  if (backing?.path === "") throw volumeError.unknownPath(what, backing.node.path);
  const size = props.size === undefined ? backing?.size : ByteSize.of(props.size);
  return {
    format,
    size,
    config: {
      name: claimName(volume, "Volume", { given: props.name, ending: ending(format, pool), within: pool.node.path }),
      ...capacity(size, backing),
      ...target(format, pool),
      backingStore: backing && { path: backing.path, format: { type: backing.format } },
      create: props.image && content(props.image),
      ...lifecycle(props.protect === true, settingsOf(volume).provider === "registry" ? backing : undefined),
    },
  };
}

/** The extension of a volume's name. */
export const ending = (format: ImageFormat, pool: IStoragePool): string => (pool.holdsFiles ? `.${format}` : "");

/** libvirt itself detects an ISO file, and reports the format only later. */
export const target = (format: ImageFormat, pool: IStoragePool): Pick<VolumeConfig, "target"> =>
  pool.holdsFiles && format !== "iso" ? { target: { format: { type: format } } } : {};

/** A copy of an image. */
export const content = (image: IImage): NonNullable<VolumeConfig["create"]> => ({
  content: {
    url: image.source,
    ...(image.checksum === undefined ? {} : { checksum: image.checksum }),
    ...(image.allowBackingFile && { allowBackingFile: true }),
  },
});

/** The reference for `replace_triggered_by`. */
export const idOf = ({ terraformResourceType: type, friendlyUniqueId: id }: VolumeResource): string => `${type}.${id}.id`;

/** The registry's provider would keep it when its backing content changes; the embedded one plans the replacement itself. */
function lifecycle(protect: boolean, backing: IVolume | undefined): Pick<VolumeConfig, "lifecycle"> {
  const made = backing?.resource;
  if (!protect && made === undefined) return {};
  return {
    lifecycle: { ...(protect && { preventDestroy: true }), ...(made && { replaceTriggeredBy: [idOf(made)] }) },
  };
}

/** Without its own size, a volume is as large as its backing volume. */
function capacity(size: ByteSize | undefined, backing: IVolume | undefined): Pick<VolumeConfig, "capacity" | "capacityUnit"> {
  if (size) {
    const { amount, unit } = size.largest(["bytes", "KiB", "MiB", "GiB", "TiB"]);
    return { capacity: amount, capacityUnit: unit };
  }
  return backing?.resource ? { capacity: backing.resource.capacity } : {};
}
