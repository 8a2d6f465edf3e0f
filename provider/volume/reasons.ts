import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { STREAM_PAYLOAD_MAX } from "../../libvirt/xdr/limits.ts";
import { CdkvmError } from "../../model/errors.ts";
import type { Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { diagnosed, type Rule } from "../diagnose.ts";
import { poolFull, uploadLost } from "./errors.ts";
import { isInactive, patiently, type VolumePool } from "./pools.ts";

const FULL =
  /No space left on device|[Nn]ot enough free space|[Ii]nsufficient (free )?(space|extents|suitable)|ENOSPC|[Dd]isk quota exceeded/;

const reasons: readonly Rule[] = [
  {
    pattern: /Could not open '([^']+)'|cannot open (?:backing )?file '([^']+)'|backing (?:store|file)/,
    path: ["backing_store", "path"],
    likely: "the backing file does not exist on the host, or QEMU cannot read it",
    fix: "refer to a libvirt_volume (path = libvirt_volume.NAME.path), or correct the path",
  },
  {
    pattern: /only RAW volumes are supported|unsupported (storage )?format|unknown (?:storage )?(?:volume )?format/,
    path: ["target", "format", "type"],
    fix: 'set target.format.type = "raw", or use a pool that holds files, such as type "dir"',
  },
  {
    pattern: /does not support volume creation|not supported by the connection driver/,
    path: ["pool"],
    likely: "libvirt cannot create volumes in this type of pool",
    fix: "create the volume on the storage itself, and refer to it by pool and name",
  },
];

/**
 * Whether it failed because the pool is full. libvirt does not say so when an upload breaks off: then the pool has less space than one
 * write may have needed, which must be checked while the partial volume still exists.
 */
export async function isFull(error: unknown, { pools }: Libvirt, { ref }: VolumePool): Promise<boolean> {
  if (isLibvirtError(error)) return FULL.test(error.message);
  if (!isUploadLost(error)) return false;
  try {
    await patiently(() => pools.refresh(ref));
    return (await pools.info(ref)).available < STREAM_PAYLOAD_MAX;
  } catch {
    return false; // the error itself is reported
  }
}

const isUploadLost = (error: unknown): error is CdkvmError => error instanceof CdkvmError && error.code === "CDKVM_UPLOAD_LOST";

/**
 * Why a volume could not be created, at the attribute it concerns; an `undefined` error means that it was known not to fit.
 *
 * @param full the result of {@link isFull}, if checked before
 */
export async function explain(
  error: unknown,
  libvirt: Libvirt,
  pool: VolumePool,
  planned: Values,
  doing: string,
  full?: boolean,
): Promise<unknown> {
  if (isInactive(error)) return error; // reported by whoever asked for a running pool
  if (full ?? (await isFull(error, libvirt, pool))) {
    const free = await libvirt.pools.info(pool.ref).then(
      ({ available }) => available,
      () => undefined,
    );
    return poolFull(doing, pool.ref.name, free, error);
  }
  if (isUploadLost(error)) return uploadLost(error.details, error);
  return diagnosed(error, { doing, fields: table.fields, values: planned, rules: reasons });
}
