import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { messageOf } from "../../model/errors.ts";
import type { Values } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import { at, refused, type Rule } from "../refused.ts";
import { inactive, isInactive, type VolumePool } from "./pools.ts";
import { sizeText } from "./size.ts";

const FULL =
  /No space left on device|[Nn]ot enough free space|[Ii]nsufficient (free )?(space|extents|suitable)|ENOSPC|[Dd]isk quota exceeded/;

const reasons: readonly Rule[] = [
  {
    pattern: /Could not open '([^']+)'|cannot open (?:backing )?file '([^']+)'|backing (?:store|file)/,
    path: ["backing_store", "path"],
    likely: "the image beneath does not exist on the host, or QEMU cannot read it",
    fix: "refer to a libvirt_volume (path = libvirt_volume.NAME.path), or correct the path",
  },
  {
    pattern: /only RAW volumes are supported|unsupported (storage )?format|unknown (?:storage )?(?:volume )?format/,
    path: ["target", "format", "type"],
    fix: 'set target.format.type = "raw", or use a pool of files',
  },
  {
    pattern: /does not support volume creation|not supported by the connection driver/,
    path: ["pool"],
    likely: "volumes of this type of pool are made on the storage itself",
    fix: "make it there, and refer to it by pool and name",
  },
];

/** Why a volume could not be made, at the attribute it is about; `undefined` as error: it was seen beforehand that it does not fit. */
export async function explain(error: unknown, libvirt: Libvirt, pool: VolumePool, planned: Values, doing: string): Promise<unknown> {
  if (isInactive(error)) return inactive(pool.ref.name, doing, error);
  if (error === undefined || (isLibvirtError(error) && FULL.test(error.message))) {
    const free = await libvirt.pools.info(pool.ref).then(
      ({ available }) => `; ${sizeText(available)} are free`,
      () => "",
    );
    return at(["capacity"], {
      code: "CDKVM_POOL_FULL",
      doing,
      problem: `the storage pool "${pool.ref.name}" is full${free}`,
      ...(error === undefined ? {} : { likely: messageOf(error), cause: error }),
      fix: "free space in the pool, use a larger one, or make the volume smaller. Nothing was left behind",
    });
  }
  return refused(error, { doing, fields: table.fields, values: planned, rules: reasons });
}
