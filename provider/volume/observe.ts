import { isLibvirtError } from "../../libvirt/errors.ts";
import { parseXml, type XmlElement } from "../../model/xml.ts";
import { isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import type { Host } from "../host.ts";
import { actualOf } from "../resource.ts";
import type { VolumeName } from "./name.ts";
import { refreshOnce } from "./pools.ts";

/** A volume as libvirt has it now; `null` if libvirt, after a refresh, says that the volume or its pool is missing. `look` sees the XML. */
export async function observe(
  host: Host,
  { pool, name }: VolumeName,
  look?: (description: XmlElement) => Promise<void>,
): Promise<Values | null> {
  const libvirt = await host.libvirt();
  const read = async (): Promise<Values> => {
    const root = parseXml(await libvirt.volumes.xml({ pool, name, key: "" }));
    await look?.(root);
    return valuesOf(pool, root);
  };
  try {
    return await read();
  } catch (error) {
    if (isLibvirtError(error, "NO_STORAGE_POOL")) return null;
    if (!isLibvirtError(error, "NO_STORAGE_VOL") && !isFileGone(error)) throw error;
  }
  await refreshOnce(host, pool);
  try {
    return await read();
  } catch (error) {
    if (isLibvirtError(error, "NO_STORAGE_POOL", "NO_STORAGE_VOL")) return null;
    throw error;
  }
}

/** The file was removed by other means, and libvirt has not noticed yet. */
const isFileGone = (error: unknown): boolean => isLibvirtError(error) && /No such file or directory|[Cc]annot stat/.test(error.message);

function valuesOf(pool: string, root: XmlElement): Values {
  const values = actualOf(table, root);
  const path = isValues(values["target"]) ? (values["target"]["path"] ?? null) : null;
  return { ...values, pool, path, id: values["key"] ?? null };
}

const isPlain = (format: Value): boolean => format === "raw" || format === "iso";

/**
 * The observed values without what is not drift: a file's owner, mode and label, which libvirt changes as guests start and stop;
 * timestamps; and the format of a raw volume, whose content belongs to the guest and may look like anything.
 */
export function withoutNoise(prior: Values, found: Values): Values {
  const before = prior["target"];
  const after = found["target"];
  if (!isValues(before) || !isValues(after)) return found;
  const kept: Values = {
    permissions: before["permissions"] ?? null,
    timestamps: before["timestamps"] ?? null,
    format: (isPlain(valueAt(before, "format", "type")) ? before : after)["format"] ?? null,
  };
  const backingBefore = prior["backing_store"];
  const backingAfter = found["backing_store"];
  const backing: Values =
    isValues(backingBefore) && isValues(backingAfter)
      ? { backing_store: { ...backingAfter, permissions: backingBefore["permissions"] ?? null } }
      : {};
  return { ...found, ...backing, target: { ...after, ...kept } };
}
