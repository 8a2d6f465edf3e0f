import { complete } from "../../attributes/complete.ts";
import type { Libvirt } from "../../libvirt/connection.ts";
import { isLibvirtError, type ErrorCodeName } from "../../libvirt/errors.ts";
import { DomainXml } from "../../libvirt/flags.ts";
import type { DomainRef } from "../../libvirt/refs.ts";
import { parseXml } from "../../model/xml.ts";
import * as tables from "../../model/existing.ts";
import type { Table } from "../../model/table.ts";
import { asText, isValues, type Values } from "../../model/values.ts";
import { domainActual } from "../domain/observing/observe.ts";
import type { Host } from "../host.ts";
import { isUuid, orNone } from "../named.ts";
import { observe as observeNetwork } from "../network/settings.ts";
import { observe as observePool } from "../pool/observe.ts";
import type { DataSource, Diagnostic } from "../protocol/resource.ts";
import type { VolumeName } from "../volume/name.ts";
import { observe as observeVolume } from "../volume/observe.ts";
import { inRunningPool } from "../volume/pools.ts";
import { lookupFailed } from "./errors.ts";

/** Data sources for existing objects: looked up by name or UUID, they return what libvirt has. */

interface Lookup {
  readonly noun: string;
  /** The command that lists them: `virsh pool-list --all`. */
  readonly list: string;
  readonly none: ErrorCodeName;
  readonly byName: (libvirt: Libvirt, name: string) => Promise<{ readonly uuid: string }>;
  readonly byUuid: (libvirt: Libvirt, uuid: string) => Promise<{ readonly uuid: string }>;
  readonly read: (libvirt: Libvirt, uuid: string) => Promise<Values | null>;
}

function named(table: Table, { noun, list, none, byName, byUuid, read }: Lookup): DataSource<Host> {
  return {
    table,
    validate({ name, uuid }) {
      if (name === null && uuid === null) return [refuse(["name"], `No ${noun} is given`, "set name or uuid")];
      if (name !== null && uuid !== null) return [refuse(["uuid"], "name and uuid cannot both be set", "remove one of them")];
      if (typeof uuid === "string" && !isUuid(uuid))
        return [refuse(["uuid"], `${JSON.stringify(uuid)} is not a UUID`, `\`${list}\` lists them`)];
      return [];
    },
    async read({ name, uuid }, { client }) {
      const libvirt = await client.libvirt();
      const by = typeof name === "string" ? "name" : "uuid";
      const wanted = asText(by === "name" ? name : uuid);
      const found = await orNone(by === "name" ? byName(libvirt, wanted) : byUuid(libvirt, wanted), (error) => isLibvirtError(error, none));
      const values = found && (await read(libvirt, found.uuid));
      if (values === undefined || values === null) throw lookupFailed(by, noun, wanted, client.uri, list);
      return complete(table, by === "uuid" ? { ...values, uuid: wanted } : values);
    },
  };
}

const refuse = (path: readonly string[], summary: string, fix: string): Diagnostic => ({
  severity: "error",
  summary,
  detail: `  fix: ${fix}`,
  path,
});

/** Moves `create.autostart` to the top level, where the data source has it. */
function withAutostart(values: Values | null): Values | null {
  if (values === null) return null;
  const { create, ...rest } = values;
  return { ...rest, autostart: isValues(create) ? (create["autostart"] ?? null) : null };
}

export const existingPool = named(tables.existingPool, {
  noun: "storage pool",
  list: "virsh pool-list --all",
  none: "NO_STORAGE_POOL",
  byName: ({ pools }, name) => pools.lookupByName(name),
  byUuid: ({ pools }, uuid) => pools.lookupByUUID(uuid),
  read: async (libvirt, uuid) => withAutostart(await observePool(libvirt, uuid)),
});

export const existingNetwork = named(tables.existingNetwork, {
  noun: "network",
  list: "virsh net-list --all",
  none: "NO_NETWORK",
  byName: ({ networks }, name) => networks.lookupByName(name),
  byUuid: ({ networks }, uuid) => networks.lookupByUUID(uuid),
  read: observeNetwork,
});

export const existingDomain = named(tables.existingDomain, {
  noun: "guest",
  list: "virsh list --all",
  none: "NO_DOMAIN",
  byName: ({ domains }, name) => domains.lookupByName(name),
  byUuid: ({ domains }, uuid) => domains.lookupByUUID(uuid),
  read: readDomain,
});

/** The domain's definition, without secrets. */
async function readDomain({ domains }: Libvirt, uuid: string): Promise<Values | null> {
  try {
    const ref: DomainRef = await domains.lookupByUUID(uuid);
    const [xml, autostart] = await Promise.all([
      domains.xml(ref, DomainXml.INACTIVE),
      domains.autostart(ref).catch((error: unknown) => {
        if (isLibvirtError(error, "OPERATION_INVALID")) return false; // transient
        throw error;
      }),
    ]);
    const running = ref.id !== undefined && ref.id >= 0;
    return domainActual(parseXml(xml), { id: running ? (ref.id ?? -1) : -1, running, autostart });
  } catch (error) {
    if (isLibvirtError(error, "NO_DOMAIN")) return null;
    throw error;
  }
}

/** By pool and name, by path, or by key. */
export const existingVolume: DataSource<Host> = {
  table: tables.existingVolume,
  validate({ pool, name, path, key }) {
    const ways = [name, path, key].filter((one) => one !== null).length;
    if (ways === 0) return [refuse(["name"], "No volume is given", "set pool and name, or path, or key")];
    if (ways > 1) return [refuse([path === null ? "key" : "path"], "Only one of name, path and key can be set", "remove the others")];
    if (name !== null && pool === null) return [refuse(["pool"], "A volume's name needs its pool", "set pool too")];
    if (name === null && pool !== null) return [refuse(["pool"], "A path or key identifies a volume without a pool", "remove pool")];
    return [];
  },
  async read(config, { client }) {
    const libvirt = await client.libvirt();
    const by = (["name", "path", "key"] as const).find((one) => typeof config[one] === "string") ?? "name";
    const wanted = asText(config[by]);
    const where = await find(libvirt, by, config);
    const values = where && (await inRunningPool(`look up the volume ${wanted} on ${client.uri}`, () => observeVolume(client, where)));
    if (!values) {
      const noun = by === "name" ? `volume in pool ${JSON.stringify(config["pool"])}` : `volume with this ${by} in a running pool`;
      throw lookupFailed(by, noun, wanted, client.uri, "virsh vol-list POOL");
    }
    return complete(tables.existingVolume, { ...values, ...(by === "name" ? {} : { [by]: wanted }), pool: where.pool, name: where.name });
  },
};

async function find({ volumes }: Libvirt, by: "name" | "path" | "key", config: Values): Promise<VolumeName | undefined> {
  if (by === "name") return { pool: asText(config["pool"]), name: asText(config["name"]) };
  const look = by === "path" ? volumes.lookupByPath(asText(config["path"])) : volumes.lookupByKey(asText(config["key"]));
  return orNone(look, (error) => isLibvirtError(error, "NO_STORAGE_VOL"));
}
