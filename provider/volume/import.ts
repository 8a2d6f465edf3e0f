import { complete } from "../../attributes/complete.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError, isNotFound } from "../../libvirt/errors.ts";
import { isValues, type Value, type Values, valueAt } from "../../model/values.ts";
import { volume as table } from "../../model/volume.ts";
import type { Host } from "../host.ts";
import type { Context } from "../protocol/resource.ts";
import { without } from "../resource.ts";
import { volumeNotFound } from "./errors.ts";
import type { VolumeName } from "./name.ts";
import { observe } from "./observe.ts";
import { inRunningPool } from "./pools.ts";

/** @param id `POOL/NAME`, a path on the host, or libvirt's key */
export async function importVolume(id: string, { client }: Pick<Context<Host>, "client">): Promise<Values> {
  const libvirt = await client.libvirt();
  try {
    const name = await find(libvirt, id);
    const observed = name && (await inRunningPool(`import the volume ${id}`, () => observe(client, name)));
    if (observed) return complete(table, plain(observed));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw volumeNotFound(id, client.uri);
}

async function find({ volumes }: Libvirt, id: string): Promise<VolumeName | undefined> {
  const [, pool, name] = /^([^/]+)\/(.+)$/.exec(id) ?? [];
  if (pool !== undefined && name !== undefined) return { pool, name };
  for (const look of [() => volumes.lookupByPath(id), () => volumes.lookupByKey(id)]) {
    try {
      return await look();
    } catch (error) {
      if (!isLibvirtError(error, "NO_STORAGE_VOL")) throw error;
    }
  }
  return undefined;
}

/** The configuration a user would write: size, format, backing file. */
function plain(observed: Values): Values {
  const { target, backing_store: backing } = observed;
  const shape = (of: Value | undefined): Values => (isValues(of) ? { path: of["path"] ?? null, format: of["format"] ?? null } : {});
  const format = valueAt(target ?? null, "format", "type");
  return {
    ...without(observed, "type", "allocation_unit", "physical_unit", "target"),
    ...(isValues(target) && format !== "raw" && format !== "iso" ? { target: { format: target["format"] ?? null } } : {}),
    ...(isValues(backing) ? { backing_store: shape(backing) } : {}),
  };
}
