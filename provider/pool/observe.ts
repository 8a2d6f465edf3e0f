import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError } from "../../libvirt/errors.ts";
import { PoolXml } from "../../libvirt/flags.ts";
import { parseXml, type XmlElement } from "../../model/xml.ts";
import { pool as table } from "../../model/pool.ts";
import type { Values } from "../../model/values.ts";
import { actualOf } from "../resource.ts";

/** A pool as libvirt has it now; `null` if libvirt says that it does not exist. `look` receives the definition. */
export async function observe({ pools }: Libvirt, uuid: string, look?: (definition: XmlElement) => Promise<void>): Promise<Values | null> {
  const ref = { name: "", uuid };
  try {
    const [definition, autostart, active] = await Promise.all([
      pools.xml(ref, PoolXml.INACTIVE),
      pools.autostart(ref),
      pools.isActive(ref),
    ]);
    const root = parseXml(definition);
    await look?.(root);
    return actualOf(table, root, { create: { autostart }, active, id: uuid });
  } catch (error) {
    if (isLibvirtError(error, "NO_STORAGE_POOL")) return null;
    throw error;
  }
}
