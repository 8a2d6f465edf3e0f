import type { Construct } from "constructs";
import type { DiskBus, DiskProps } from "./disk.ts";
import { diskError } from "./errors.ts";
import { Image } from "./image.ts";
import type { DomainDevicesDisks } from "./provider-libvirt/index.ts";
import { expectSameHost } from "./same-host.ts";
import { claimDisk } from "./shared-disks.ts";
import { isVolume, type IImage, type IStoragePool, type IVolume } from "./storage.ts";
import { Volume } from "./volume.ts";

/** What a guest's disks have in common. */
export interface DiskContext {
  readonly scope: Construct;
  readonly what: string;
  readonly protect: boolean | undefined;
  readonly cdromBus: DiskBus;
  pool(): IStoragePool;
  /** Called with each volume that the guest uses as a disk, except CD drives. */
  uses?(volume: IVolume): void;
}

/** Assigns device names: vda, vdb, ... vdz, vdaa for virtio; sda for scsi, sata and usb; hda for ide. */
export class DiskTargets {
  readonly #used = new Map<string, number>();

  next(bus: DiskBus): string {
    const prefix = bus === "virtio" ? "vd" : bus === "ide" ? "hd" : "sd";
    const index = this.#used.get(prefix) ?? 0;
    this.#used.set(prefix, index + 1);
    return prefix + letters(index);
  }
}

const letters = (index: number): string => (index < 26 ? "" : letters(Math.floor(index / 26) - 1)) + String.fromCharCode(97 + (index % 26));

/** A disk as provider configuration; creates the volume of a new disk. */
export function diskConfig(disk: DiskProps, targets: DiskTargets, context: DiskContext): DomainDevicesDisks {
  const cdrom = disk.cdrom !== undefined && disk.cdrom !== false;
  const bus = disk.bus ?? (cdrom ? context.cdromBus : "virtio");
  const dev = targets.next(bus);
  const { source, format } = sourceOf(disk, dev, context);
  const config: DomainDevicesDisks = {
    device: cdrom ? "cdrom" : "disk",
    driver: {
      name: "qemu",
      type: format,
      cache: disk.cache,
      io: disk.io,
      discard: cdrom ? undefined : (disk.discard ?? "unmap"),
    },
    source,
    target: { dev, bus },
    serial: disk.serial,
    readOnly: (disk.readOnly ?? cdrom) || undefined,
    shareable: disk.shareable || undefined,
  };
  claimDisk(context.scope, context.what, disk, config);
  return config;
}

interface Source {
  readonly source: DomainDevicesDisks["source"];
  readonly format: string;
}

/** QEMU reads an ISO image as raw. */
const driverFormat = (format: string): string => (format === "iso" ? "raw" : format);

const fromVolume = (volume: IVolume, format?: string): Source => ({
  source: { volume: { pool: volume.pool.name, volume: volume.name } },
  format: driverFormat(format ?? volume.format),
});

function sourceOf(disk: DiskProps, dev: string, context: DiskContext): Source {
  const { image, volume, block, file, cdrom, format } = disk;
  for (const used of [volume, isVolume(cdrom) ? cdrom : undefined, disk.pool]) expectSameHost(context.scope, context.what, "disks", used);
  if (volume) return onDisk(volume, context, format);
  if (block !== undefined) return { source: { block: { dev: block } }, format: format ?? "raw" };
  if (file !== undefined) return { source: { file: { file } }, format: format ?? (file.endsWith(".qcow2") ? "qcow2" : "raw") };
  if (cdrom !== undefined && cdrom !== false) {
    if (cdrom === true) return { source: undefined, format: "raw" };
    if (typeof cdrom === "string" && cdrom.startsWith("/")) return { source: { file: { file: cdrom } }, format: "raw" };
    if (isVolume(cdrom)) return fromVolume(cdrom, "raw");
    return fromVolume(asImage(cdrom, context).volumeIn(disk.pool ?? context.pool()), "raw");
  }
  const pool = disk.pool ?? context.pool();
  const backing = image === undefined ? undefined : asImage(image, context);
  if (backing && !pool.holdsFiles) throw diskError.imageOnBlockDevices(context.what, pool.type, backing.node.path);
  const protect = disk.protect ?? context.protect;
  return onDisk(
    new Volume(context.scope, disk.name ?? dev, {
      pool,
      ...(disk.size === undefined ? {} : { size: disk.size }),
      ...(format === undefined ? {} : { format }),
      ...(backing ? { backing } : {}),
      ...(protect === undefined ? {} : { protect }),
    }),
    context,
  );
}

function onDisk(volume: IVolume, context: DiskContext, format?: string): Source {
  context.uses?.(volume);
  return fromVolume(volume, format);
}

const asImage = (image: IImage | string, context: DiskContext): IImage =>
  typeof image === "string" ? Image.at(context.scope, image) : image;
